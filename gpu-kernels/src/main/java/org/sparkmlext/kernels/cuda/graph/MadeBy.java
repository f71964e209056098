package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.Node;

/**
 * Numbers that a node has made.
 *
 * @param numLaunches launches of the program up to the node's last one
 * @param numbers where they lie
 * @param count how many floats, or groups of 8 in bfloat16
 * @param isOfPixels whether they are bfloat16
 */
record MadeBy(Node node, int numLaunches, Slot numbers, int count, boolean isOfPixels) {}
