package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.BinTree;

/** Walks rows down a tree by their columns of bins. */
final class DenseTreeWalk implements CpuRows.TreeWalk {

    private final BinTree tree;
    private final byte[][] columns;
    /** Per node: the bin of missing values where they go left, else -1. */
    private final int[] alsoLeft;

    DenseTreeWalk(CpuDenseRows rows, BinTree tree) {
        this.tree = tree;
        columns = new byte[tree.numNodes()][];
        alsoLeft = new int[tree.numNodes()];
        for (int node = 0; node < tree.numNodes(); node++) {
            int feature = tree.features()[node];
            columns[node] = feature < 0 ? new byte[0] : rows.column(feature);
            alsoLeft[node] =
                    feature >= 0 && tree.isMissingLeft()[node] ? rows.layout().missingBin(feature) : -1;
        }
    }

    @Override
    public void add(int begin, int end, float[] scores) {
        int[] features = tree.features();
        int[] bins = tree.bins();
        int[] left = tree.left();
        int[] right = tree.right();
        float[] values = tree.values();
        for (int row = begin; row < end; row++) {
            int node = 0;
            while (features[node] >= 0) {
                int bin = columns[node][row] & 255;
                node = bin <= bins[node] || bin == alsoLeft[node] ? left[node] : right[node];
            }
            scores[row] += values[node];
        }
    }
}
