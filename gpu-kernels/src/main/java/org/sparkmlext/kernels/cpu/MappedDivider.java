package org.sparkmlext.kernels.cpu;

import java.nio.ByteBuffer;
import java.util.List;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** {@link DenseDivider} over columns in a mapped file. */
final class MappedDivider implements CpuRows.RowDivider {

    private final CpuMappedRows rows;
    private final List<PartitionTask> tasks;

    MappedDivider(CpuMappedRows rows, List<PartitionTask> tasks) {
        this.rows = rows;
        this.tasks = tasks;
    }

    @Override
    public int divide(int number, int begin, int end, long[] order, long[] scratch) {
        PartitionTask task = tasks.get(number);
        ByteBuffer column = rows.column(task.feature());
        int lastLeft = task.bin();
        int alsoLeft = task.isMissingLeft() ? rows.layout().missingBin(task.feature()) : -1;
        int left = begin;
        int right = end - 1;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            int bin = column.get(RowEntry.row(entry)) & 255;
            int goesLeft = bin <= lastLeft | bin == alsoLeft ? 1 : 0;
            scratch[left] = entry;
            scratch[right] = entry;
            left += goesLeft;
            right -= 1 - goesLeft;
        }
        return left - begin;
    }
}
