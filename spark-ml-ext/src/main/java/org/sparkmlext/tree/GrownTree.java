package org.sparkmlext.tree;

import org.sparkmlext.kernels.tree.BinTree;

/**
 * A tree as it was grown: over bins, with what the model file keeps of each node.
 *
 * @param bins structure and leaf values over bins
 * @param gains loss reduction of each split; 0 for a leaf
 * @param covers hessian sum of each node's training rows
 */
record GrownTree(BinTree bins, float[] gains, float[] covers) {

    int numNodes() {
        return bins.numNodes();
    }

    /** Whether the tree is a single leaf. */
    boolean isStump() {
        return numNodes() == 1;
    }
}
