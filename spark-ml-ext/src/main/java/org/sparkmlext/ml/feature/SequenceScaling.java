package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.List;

/**
 * How columns are brought to one size: {@code (x - shift) / scale}.
 *
 * @param columns names of the columns
 * @param shift one number a column
 * @param scale one number a column, above 0
 */
record SequenceScaling(List<String> columns, List<Double> shift, List<Double> scale) implements Serializable {

    SequenceScaling {
        columns = List.copyOf(columns);
        shift = List.copyOf(shift);
        scale = List.copyOf(scale);
        if (shift.size() != columns.size() || scale.size() != columns.size()) {
            throw new IllegalArgumentException("scaling of " + columns.size() + " columns by " + shift.size()
                    + " shifts and " + scale.size() + " scales; needed is one of each a column");
        }
    }

    static SequenceScaling none() {
        return new SequenceScaling(List.of(), List.of(), List.of());
    }

    boolean isNone() {
        return columns.isEmpty();
    }

    /**
     * Where a column is.
     *
     * @throws IllegalArgumentException if it was not fitted
     */
    int indexOf(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("column '" + column + "' has no statistics: the model was fitted on "
                    + columns + ". Fit again, or leave inputCols and lagCols as they were.");
        }
        return index;
    }
}
