package org.sparkmlext.kernels.graph;

/** In what a program computes. Parameters, gradients, statistics and losses are float32 in all of them. */
public enum Precision {
    FLOAT32,
    /** Values between layers and copies of the weights have 8 bits of mantissa; sums inside an op are float32. */
    BFLOAT16
}
