package org.sparkmlext.tree;

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
}
