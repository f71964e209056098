package org.sparkmlext.ml.feature;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A feature that is a number: {@code ((x, or fill where it is missing) - shift) / scale}.
 *
 * @param name of the feature
 * @param part which of the column's numbers, see {@link TableInput#parts}
 * @param fill in the column's unit; null where missing stays NaN
 */
record FittedNumber(String name, String part, @Nullable Double fill, double shift, double scale)
        implements Serializable {

    FittedNumber {
        if (name == null || part == null) {
            throw new IllegalArgumentException("a number lacks its name or its part");
        }
        if (!(scale > 0)
                || !Double.isFinite(scale)
                || !Double.isFinite(shift)
                || (fill != null && !Double.isFinite(fill))) {
            throw new IllegalArgumentException("number '" + name + "' is filled by " + fill + ", shifted by " + shift
                    + " and scaled by " + scale + "; allowed: finite numbers, scale above 0");
        }
    }

    boolean hasScale() {
        return shift != 0 || scale != 1;
    }
}
