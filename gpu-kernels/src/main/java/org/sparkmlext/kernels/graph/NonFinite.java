package org.sparkmlext.kernels.graph;

/**
 * Where a NaN or an infinite number came up first.
 *
 * @param layer name of the layer, or of the input or parameter that holds it
 * @param op name of the op
 */
public record NonFinite(String layer, String op) {}
