package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** Tells the sides of rows by their columns of bytes. */
final class DenseDivider implements CpuRows.RowDivider {

    private final CpuDenseRows rows;
    private final List<PartitionTask> tasks;

    DenseDivider(CpuDenseRows rows, List<PartitionTask> tasks) {
        this.rows = rows;
        this.tasks = tasks;
    }

    @Override
    public int divide(int number, int begin, int end, long[] order, long[] scratch) {
        PartitionTask task = tasks.get(number);
        byte[] column = rows.column(task.feature());
        int lastLeft = task.bin();
        // A bin that no row has, where missing values go right.
        int alsoLeft = task.isMissingLeft() ? rows.layout().missingBin(task.feature()) : -1;
        int left = begin;
        int right = end - 1;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            int bin = column[RowEntry.row(entry)] & 255;
            int goesLeft = bin <= lastLeft | bin == alsoLeft ? 1 : 0;
            // Both are written and one is overwritten later: the side is a coin toss that no branch predictor learns.
            scratch[left] = entry;
            scratch[right] = entry;
            left += goesLeft;
            right -= 1 - goesLeft;
        }
        return left - begin;
    }
}
