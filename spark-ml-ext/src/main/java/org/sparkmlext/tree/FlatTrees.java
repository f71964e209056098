package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;

/**
 * The trees of a forest laid out for scoring: 8 bytes a node, no branch but the end of a walk.
 *
 * <p>A node is a long: the upper half the key of the threshold less one, the lower half the distance to the left child
 * (upper 16 bits) and the slot of the value to compare (lower 16 bits). Siblings stand side by side, so the child is
 * {@code node + distance + (value key > upper half ? 1 : 0)}; a leaf has distance 0 and is never left again. Keys are
 * signed integers in the order of the floats, -0.0 equal to 0.0. Each feature has two slots, which differ for NaN only: the
 * smallest key in the first, which goes left everywhere, the largest in the second, which goes right. So one integer
 * comparison decides as {@code value < threshold} on floats, with missing values on the node's side.
 *
 * <p>Four trees are walked at a time: their loads do not wait for each other.
 */
final class FlatTrees {

    private static final int FIELD_BITS = 16;
    private static final int FIELD_MASK = (1 << FIELD_BITS) - 1;
    private static final int MAX_FIELD = FIELD_MASK;
    private static final int TOGETHER = 4;
    /** No key is larger: whoever meets a leaf stays. */
    private static final long LEAF = (long) Integer.MAX_VALUE << Integer.SIZE;

    private final int numFeatures;
    private final int numTrees;
    private final long[] nodes;
    private final float[] values;
    private final int[] origins;
    private final int[] roots;

    private FlatTrees(ForestNodes from, int numFeatures) {
        this.numFeatures = numFeatures;
        this.numTrees = from.numTrees();
        int padding = from.numNodes();
        this.nodes = new long[padding + 1];
        this.values = new float[padding + 1];
        this.origins = new int[padding + 1];
        this.roots = new int[numPositions()];
        for (int t = 0; t < numTrees; t++) {
            roots[t] = from.treeStarts()[t];
            flatten(from, t);
        }
        // Trees of one leaf fill up the last group of four.
        for (int t = numTrees; t < roots.length; t++) {
            roots[t] = padding;
        }
        nodes[padding] = LEAF;
    }

    /** The layout, or null for a forest whose trees or rows are too large for 16-bit distances and slots. */
    static @Nullable FlatTrees of(ForestNodes nodes, int numFeatures) {
        int largest = 0;
        for (int t = 0; t < nodes.numTrees(); t++) {
            largest = Math.max(largest, nodes.treeStarts()[t + 1] - nodes.treeStarts()[t]);
        }
        return 2 * numFeatures - 1 > MAX_FIELD || largest > MAX_FIELD ? null : new FlatTrees(nodes, numFeatures);
    }

    /** Lays the nodes out by levels: two children are given their places together. */
    private void flatten(ForestNodes from, int tree) {
        int start = from.treeStarts()[tree];
        int end = start + 1;
        origins[start] = start;
        for (int at = start; at < end; at++) {
            int node = origins[at];
            if (from.isLeaf(node)) {
                nodes[at] = LEAF;
                values[at] = from.values()[node];
            } else {
                int slot = 2 * from.feature(node) + (from.isMissingLeft()[node] != 0 ? 0 : 1);
                nodes[at] =
                        (keyBefore(from.thresholds()[node]) << Integer.SIZE) | ((long) (end - at) << FIELD_BITS) | slot;
                origins[end++] = from.left()[node];
                origins[end++] = from.right()[node];
            }
        }
    }

    /** The largest key that goes left: nothing is smaller than NaN, but a missing value may go left all the same. */
    private static long keyBefore(float threshold) {
        return Float.isNaN(threshold) ? Integer.MIN_VALUE : key(threshold) - 1L;
    }

    /** A signed key in the order of the numbers. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** Length of the positions of all trees. */
    int numPositions() {
        return (numTrees + TOGETHER - 1) / TOGETHER * TOGETHER;
    }

    /** Length of the keys of a row. */
    int numKeys() {
        return 2 * numFeatures;
    }

    /** Writes the keys of the row whose values start at {@code from}. */
    void keys(float[] rows, int from, int[] keys) {
        for (int f = 0; f < numFeatures; f++) {
            float value = rows[from + f];
            int key = key(value);
            boolean isMissing = Float.isNaN(value);
            keys[2 * f] = isMissing ? Integer.MIN_VALUE : key;
            keys[2 * f + 1] = isMissing ? Integer.MAX_VALUE : key;
        }
    }

    /**
     * Finds a row's leaves.
     *
     * @param keys of the row
     * @param count first trees to walk; the last four are walked together
     * @param positions receives, one a tree, what {@link #value} and {@link #leaf} take
     */
    void walk(int[] keys, int count, int[] positions) {
        long[] trees = nodes;
        for (int t = 0; t < count; t += TOGETHER) {
            int a = roots[t];
            int b = roots[t + 1];
            int c = roots[t + 2];
            int d = roots[t + 3];
            int distances;
            do {
                long nodeA = trees[a];
                long nodeB = trees[b];
                long nodeC = trees[c];
                long nodeD = trees[d];
                a += distance(nodeA) + side(nodeA, keys);
                b += distance(nodeB) + side(nodeB, keys);
                c += distance(nodeC) + side(nodeC, keys);
                d += distance(nodeD) + side(nodeD, keys);
                distances = distance(nodeA) | distance(nodeB) | distance(nodeC) | distance(nodeD);
            } while (distances != 0);
            positions[t] = a;
            positions[t + 1] = b;
            positions[t + 2] = c;
            positions[t + 3] = d;
        }
    }

    private static int distance(long node) {
        return (int) node >>> FIELD_BITS;
    }

    /** 1 where the row goes right: the sign bit of a difference that cannot overflow. */
    private static int side(long node, int[] keys) {
        return (int) (((node >> Integer.SIZE) - keys[(int) node & FIELD_MASK]) >>> 63);
    }

    /** Leaf value at a position. */
    float value(int position) {
        return values[position];
    }

    /** The leaf at a position, as an index into {@link ForestNodes}. */
    int leaf(int position) {
        return origins[position];
    }
}
