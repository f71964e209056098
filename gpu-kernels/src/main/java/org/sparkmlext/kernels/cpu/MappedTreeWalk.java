package org.sparkmlext.kernels.cpu;

import java.nio.ByteBuffer;
import org.sparkmlext.kernels.tree.BinTree;

/** {@link DenseTreeWalk} over columns in a mapped file. */
final class MappedTreeWalk implements CpuRows.TreeWalk {

    private final BinTree tree;
    private final ByteBuffer[] columns;
    /** Per node: the bin of missing values where they go left, else -1. */
    private final int[] alsoLeft;

    MappedTreeWalk(CpuMappedRows rows, BinTree tree) {
        this.tree = tree;
        columns = new ByteBuffer[tree.numNodes()];
        alsoLeft = new int[tree.numNodes()];
        for (int node = 0; node < tree.numNodes(); node++) {
            int feature = tree.features()[node];
            columns[node] = feature < 0 ? ByteBuffer.allocate(0) : rows.column(feature);
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
                int bin = columns[node].get(row) & 255;
                node = bin <= bins[node] || bin == alsoLeft[node] ? left[node] : right[node];
            }
            scores[row] += values[node];
        }
    }
}
