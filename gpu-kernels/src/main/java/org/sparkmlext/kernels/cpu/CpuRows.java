package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** Bins on the CPU, dense or sparse: what every kernel but that of histograms asks of them. */
abstract class CpuRows extends CpuResource implements BinnedRows {

    private final BinLayout layout;
    private final int numRows;

    CpuRows(CpuBackend owner, BinLayout layout, int numRows) {
        super(owner);
        this.layout = layout;
        this.numRows = numRows;
    }

    @Override
    public final BinLayout layout() {
        return layout;
    }

    @Override
    public final int numRows() {
        return numRows;
    }

    /** Moves each task's rows to their sides; returns the number of left ones of each. */
    abstract int[] move(CpuPartition partition, List<PartitionTask> tasks);

    /** Makes ready what it takes to find the leaves of rows. */
    abstract TreeWalk walk(BinTree tree);

    /** Tells on which side of its node's split a row lies. */
    interface RowDivider {

        /**
         * Writes the entries at positions {@code [begin, end)} of {@code order} to the same positions of {@code scratch}: those that
         * go left from the front, the others from the back.
         *
         * @return how many go left
         */
        int divide(int task, int begin, int end, long[] order, long[] scratch);
    }

    /** Adds a tree's leaf values to the scores of rows. */
    interface TreeWalk {

        /** Rows {@code [begin, end)}. */
        void add(int begin, int end, float[] scores);
    }
}
