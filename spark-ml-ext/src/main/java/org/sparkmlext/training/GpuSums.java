package org.sparkmlext.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How sums of a network's gradients over ranks go where each rank has a GPU. */
public enum GpuSums {
    /** By way of the host, by the collective. */
    HOST,
    /** From GPU to GPU where all ranks can, else by way of the host. */
    AUTO,
    /** From GPU to GPU by NCCL, or not at all. */
    NCCL;

    /** The setting of Spark. */
    public static final String SETTING = "spark.sparkmlext.gpuSums";

    /**
     * From the setting's text.
     *
     * @throws IllegalArgumentException if it is unknown; the message says what is allowed
     */
    public static GpuSums of(String text) {
        for (GpuSums one : values()) {
            if (one.text().equals(text)) {
                return one;
            }
        }
        throw new IllegalArgumentException(SETTING + " is '" + text + "'; allowed: "
                + Arrays.stream(values()).map(GpuSums::text).collect(Collectors.joining(", ")));
    }

    /** As it is written in the setting. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
