package org.sparkmlext.kernels.tree;

/**
 * One tree over bins, flat: node 0 is the root. Arrays are parallel and not copied; nobody changes them.
 *
 * @param features split feature of a node, or -1 for a leaf
 * @param bins last value bin that goes left
 * @param isMissingLeft side of missing values
 * @param left index of the left child
 * @param right index of the right child
 * @param values leaf value, already multiplied by the learning rate; 0 for inner nodes
 */
public record BinTree(int[] features, int[] bins, boolean[] isMissingLeft, int[] left, int[] right, float[] values) {

    public int numNodes() {
        return features.length;
    }
}
