package org.sparkmlext.tree;

import java.util.Locale;

/** Which leaf is split next. */
public enum GrowPolicy {
    /** The leaf of the largest gain, wherever it is (as LightGBM). */
    LEAFWISE,
    /** Level by level (as XGBoost). */
    DEPTHWISE;

    /** Name of the Param value: lower case. */
    public String paramValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static GrowPolicy of(String paramValue) {
        for (GrowPolicy policy : values()) {
            if (policy.paramValue().equals(paramValue)) {
                return policy;
            }
        }
        throw new IllegalArgumentException("growPolicy is '" + paramValue + "'; allowed: leafwise, depthwise");
    }
}
