package org.sparkmlext.tree;

import java.util.Arrays;

/**
 * The flat arrays of a {@link Forest}. Parallel, one element a node; not copied, nobody changes them.
 *
 * @param treeStarts first node (the root) of each tree, and at the end the number of all nodes
 * @param features split feature, -1 for a leaf
 * @param thresholds a value below goes left; 0 for a leaf
 * @param isMissingLeft 1 where missing values go left, else 0
 * @param left left child, -1 for a leaf
 * @param right right child, -1 for a leaf
 * @param values leaf value, learning rate included; 0 for inner nodes
 * @param gains loss reduction of the split; 0 for a leaf
 * @param covers hessian sum of the training rows of the node
 */
public record ForestNodes(
        int[] treeStarts,
        int[] features,
        float[] thresholds,
        byte[] isMissingLeft,
        int[] left,
        int[] right,
        float[] values,
        float[] gains,
        float[] covers) {

    public int numTrees() {
        return treeStarts.length - 1;
    }

    public int numNodes() {
        return features.length;
    }

    public boolean isLeaf(int node) {
        return features[node] < 0;
    }

    public int feature(int node) {
        return features[node];
    }

    public float gain(int node) {
        return gains[node];
    }

    /** Leaf value of a row in tree {@code tree}. */
    public float leafValue(int tree, float[] row) {
        return leafValue(tree, row, 0);
    }

    /** Leaf value of the row whose values start at {@code from}. */
    public float leafValue(int tree, float[] rows, int from) {
        return values[leaf(tree, rows, from)];
    }

    /** The leaf, as a node index, that the row whose values start at {@code from} falls into. */
    public int leaf(int tree, float[] rows, int from) {
        int node = treeStarts[tree];
        while (features[node] >= 0) {
            float value = rows[from + features[node]];
            boolean goesLeft = value < thresholds[node] || (isMissingLeft[node] != 0 && Float.isNaN(value));
            node = goesLeft ? left[node] : right[node];
        }
        return node;
    }

    /** For each leaf its number among the leaves of its tree, left to right; 0 for inner nodes. */
    int[] leafNumbers() {
        int[] numbers = new int[numNodes()];
        int[] waiting = new int[numNodes() + 1];
        for (int t = 0; t < numTrees(); t++) {
            int next = 0;
            int size = 0;
            waiting[size++] = treeStarts[t];
            while (size > 0) {
                int node = waiting[--size];
                if (isLeaf(node)) {
                    numbers[node] = next++;
                } else {
                    waiting[size++] = right[node];
                    waiting[size++] = left[node];
                }
            }
        }
        return numbers;
    }

    /** These trees and then {@code more}: node indices of the latter are moved up. */
    ForestNodes followedBy(ForestNodes more) {
        int shift = numNodes();
        int[] starts = Arrays.copyOf(treeStarts, numTrees() + more.numTrees() + 1);
        for (int t = 0; t <= more.numTrees(); t++) {
            starts[numTrees() + t] = shift + more.treeStarts[t];
        }
        return new ForestNodes(
                starts,
                joined(features, more.features),
                joined(thresholds, more.thresholds),
                joined(isMissingLeft, more.isMissingLeft),
                joined(left, shifted(more.left, shift)),
                joined(right, shifted(more.right, shift)),
                joined(values, more.values),
                joined(gains, more.gains),
                joined(covers, more.covers));
    }

    private static int[] shifted(int[] children, int shift) {
        return Arrays.stream(children)
                .map(child -> child < 0 ? child : child + shift)
                .toArray();
    }

    private static int[] joined(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static float[] joined(float[] first, float[] second) {
        float[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
