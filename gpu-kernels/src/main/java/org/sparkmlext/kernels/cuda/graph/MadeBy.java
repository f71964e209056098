package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Node;

/**
 * Numbers that a node has made.
 *
 * @param numLaunches launches of the program up to the node's last one
 * @param numbers where they lie
 * @param count how many floats, or groups of 8 channels of pixels
 * @param pixels what they are if they lie as pixels; null if they are floats in plain order
 */
record MadeBy(
        Node node,
        int numLaunches,
        Slot numbers,
        int count,
        @Nullable PixelNumber pixels) {}
