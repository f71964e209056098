package org.sparkmlext.kernels.graph;

/**
 * One output of a node.
 *
 * @param node {@link Node#id}
 * @param output which of its outputs, from 0
 */
public record Value(int node, int output) {}
