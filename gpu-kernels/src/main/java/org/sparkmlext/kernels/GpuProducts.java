package org.sparkmlext.kernels;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What computes the large products of a network in bfloat16 on a GPU. */
public enum GpuProducts {
    /** The kernels of this module. */
    OWN,
    /** NVIDIA's cuBLASLt and cuDNN where they are installed and take the product, else the kernels of this module. Experimental. */
    AUTO;

    /** The setting of Spark. */
    public static final String SETTING = "spark.sparkmlext.gpuProducts";

    /**
     * From a text.
     *
     * @param setting what the text was given for, for the message
     * @throws IllegalArgumentException if it is unknown; the message says what is allowed
     */
    public static GpuProducts of(String setting, String text) {
        for (GpuProducts one : values()) {
            if (one.text().equals(text)) {
                return one;
            }
        }
        throw new IllegalArgumentException(setting + " is '" + text + "'; allowed: "
                + Arrays.stream(values()).map(GpuProducts::text).collect(Collectors.joining(", ")));
    }

    /** As it is written. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
