package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * Tells the sides of rows of which most store no bin of the feature: all lie on the absent bin's side but those marked. A
 * task's marks are one bit a row, set once for all of the feature's stored bins that lie on the other side.
 */
final class SparseDivider implements CpuRows.RowDivider {

    /** A binary search in a row costs about as much as so many marks. */
    private static final int MARKS_PER_SEARCH = 16;

    private final CpuSparseRows rows;
    private final List<PartitionTask> tasks;
    /** Per task one bit a row; empty where rows are searched, or the feature has a bin for every row. */
    private final long[][] marks;

    private final int[] numMarks;

    private static final long[] NO_MARKS = {};

    SparseDivider(CpuSparseRows rows, List<PartitionTask> tasks, ThreadTeam team) {
        this.rows = rows;
        this.tasks = tasks;
        marks = new long[tasks.size()][];
        numMarks = new int[tasks.size()];
        team.forEach(tasks.size(), (worker, t) -> marks[t] = marks(t));
    }

    private long[] marks(int number) {
        PartitionTask task = tasks.get(number);
        SparseColumns columns = rows.columns();
        int begin = columns.begin(task.feature());
        int end = columns.end(task.feature());
        boolean isSearched = (long) task.rows().numRows() * MARKS_PER_SEARCH < end - begin + (rows.numRows() >>> 6);
        if (isSearched || columns.isFull(task.feature())) {
            return NO_MARKS;
        }
        long[] bits = new long[(rows.numRows() >>> 6) + 1];
        boolean isAbsentLeft = goesLeft(task, rows.absentBin(task.feature()));
        for (int k = begin; k < end; k++) {
            if (goesLeft(task, Short.toUnsignedInt(columns.bins()[k])) != isAbsentLeft) {
                int row = columns.rows()[k];
                bits[row >>> 6] |= 1L << row;
                numMarks[number]++;
            }
        }
        return bits;
    }

    /** One bit for every row that does not lie on the absent bin's side; empty where there are none. */
    long[] marksOf(int number) {
        return marks[number];
    }

    /** How many rows are marked, of the task's node and of all others. */
    int numMarks(int number) {
        return numMarks[number];
    }

    boolean isAbsentLeft(int number) {
        return goesLeft(tasks.get(number), rows.absentBin(tasks.get(number).feature()));
    }

    private boolean goesLeft(PartitionTask task, int bin) {
        return bin <= task.bin()
                || (task.isMissingLeft() && bin == rows.layout().missingBin(task.feature()));
    }

    @Override
    public int divide(int number, int begin, int end, long[] order, long[] scratch) {
        PartitionTask task = tasks.get(number);
        if (rows.columns().isFull(task.feature())) {
            return divideFull(task, begin, end, order, scratch);
        }
        if (marks[number].length == 0) {
            return divideSearched(task, begin, end, order, scratch);
        }
        return divideMarked(marks[number], isAbsentLeft(number) ? 1 : 0, begin, end, order, scratch);
    }

    private static int divideMarked(long[] bits, int isAbsentLeft, int begin, int end, long[] order, long[] scratch) {
        int left = begin;
        int right = end - 1;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            int row = RowEntry.row(entry);
            int goesLeft = (int) (bits[row >>> 6] >>> row & 1) ^ isAbsentLeft;
            // Both are written and one is overwritten later: cheaper than a branch.
            scratch[left] = entry;
            scratch[right] = entry;
            left += goesLeft;
            right -= 1 - goesLeft;
        }
        return left - begin;
    }

    private int divideFull(PartitionTask task, int begin, int end, long[] order, long[] scratch) {
        short[] column = rows.columns().bins(task.feature());
        int lastLeft = task.bin();
        int alsoLeft = task.isMissingLeft() ? rows.layout().missingBin(task.feature()) : -1;
        int left = begin;
        int right = end - 1;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            int bin = column[RowEntry.row(entry)] & 0xFFFF;
            int goesLeft = bin <= lastLeft | bin == alsoLeft ? 1 : 0;
            scratch[left] = entry;
            scratch[right] = entry;
            left += goesLeft;
            right -= 1 - goesLeft;
        }
        return left - begin;
    }

    private int divideSearched(PartitionTask task, int begin, int end, long[] order, long[] scratch) {
        int left = begin;
        int right = end - 1;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            if (goesLeft(task, rows.bin(RowEntry.row(entry), task.feature()))) {
                scratch[left++] = entry;
            } else {
                scratch[right--] = entry;
            }
        }
        return left - begin;
    }
}
