package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.BinTree;

/** Walks rows down a tree by binary search among each row's stored bins. */
final class SparseTreeWalk implements CpuRows.TreeWalk {

    private final CpuSparseRows rows;
    private final BinTree tree;

    SparseTreeWalk(CpuSparseRows rows, BinTree tree) {
        this.rows = rows;
        this.tree = tree;
    }

    @Override
    public void add(int begin, int end, float[] scores) {
        int[] features = tree.features();
        for (int row = begin; row < end; row++) {
            int node = 0;
            while (features[node] >= 0) {
                int feature = features[node];
                int bin = rows.bin(row, feature);
                boolean isLeft = bin <= tree.bins()[node]
                        || (bin == rows.layout().missingBin(feature) && tree.isMissingLeft()[node]);
                node = isLeft ? tree.left()[node] : tree.right()[node];
            }
            scores[row] += tree.values()[node];
        }
    }
}
