package org.sparkmlext.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * One call of the partition kernel on sparse rows. Where few rows leave the side of the absent bin, they are picked out and the
 * others close up in place, one thread a node: half the memory traffic of {@link RowMover}, which does the rest.
 */
final class SparseMover {

    /** At most this part of a node's rows may be marked to be picked out: for more, {@link RowMover}'s threads are faster. */
    private static final int PICK_SHARE = 8;

    /** Bytes of marks, one bit a row and node, that are held at a time. */
    private static final long MAX_MARK_BYTES = 16L << 20;

    private final CpuSparseRows rows;
    private final CpuPartition partition;
    private final List<PartitionTask> tasks;

    SparseMover(CpuSparseRows rows, CpuPartition partition, List<PartitionTask> tasks) {
        this.rows = rows;
        this.partition = partition;
        this.tasks = tasks;
    }

    int[] run(ThreadTeam team) {
        int atOnce = (int) Math.max(1, MAX_MARK_BYTES / (rows.numRows() / Byte.SIZE + 1));
        int[] numLeft = new int[tasks.size()];
        for (int from = 0; from < tasks.size(); from += atOnce) {
            int to = Math.min(tasks.size(), from + atOnce);
            System.arraycopy(run(tasks.subList(from, to), team), 0, numLeft, from, to - from);
        }
        return numLeft;
    }

    private int[] run(List<PartitionTask> some, ThreadTeam team) {
        SparseDivider divider = new SparseDivider(rows, some, team);
        List<Integer> picked = new ArrayList<>();
        List<Integer> moved = new ArrayList<>();
        for (int t = 0; t < some.size(); t++) {
            boolean isPicked = divider.marksOf(t).length > 0
                    && (long) divider.numMarks(t) * PICK_SHARE
                            <= some.get(t).rows().numRows();
            (isPicked ? picked : moved).add(t);
        }
        int[] numLeft = new int[some.size()];
        List<PartitionTask> ofMover = moved.stream().map(some::get).toList();
        CpuRows.RowDivider inOrder =
                (task, begin, end, order, scratch) -> divider.divide(moved.get(task), begin, end, order, scratch);
        int[] left = new RowMover(inOrder, partition, ofMover, team.numThreads()).run(team);
        for (int i = 0; i < left.length; i++) {
            numLeft[moved.get(i)] = left[i];
        }
        long[] order = partition.entries();
        long[] scratch = partition.scratch();
        team.forEach(picked.size(), (worker, i) -> {
            int t = picked.get(i);
            int begin = some.get(t).rows().begin();
            int end = some.get(t).rows().end();
            numLeft[t] = divider.isAbsentLeft(t)
                    ? end - begin - pickRight(divider.marksOf(t), begin, end, order, scratch)
                    : pickLeft(divider.marksOf(t), begin, end, order, scratch);
        });
        return numLeft;
    }

    /** Moves the marked rows behind the others, in their order; returns how many they are. */
    private static int pickRight(long[] marks, int begin, int end, long[] order, long[] scratch) {
        int to = begin;
        int picked = begin;
        for (int i = begin; i < end; i++) {
            long entry = order[i];
            int row = RowEntry.row(entry);
            if ((marks[row >>> 6] >>> row & 1) != 0) {
                scratch[picked++] = entry;
            } else {
                order[to++] = entry;
            }
        }
        System.arraycopy(scratch, begin, order, to, picked - begin);
        return picked - begin;
    }

    /** Moves the marked rows before the others, in their order; returns how many they are. */
    private static int pickLeft(long[] marks, int begin, int end, long[] order, long[] scratch) {
        int to = end;
        int picked = end;
        for (int i = end - 1; i >= begin; i--) {
            long entry = order[i];
            int row = RowEntry.row(entry);
            if ((marks[row >>> 6] >>> row & 1) != 0) {
                scratch[--picked] = entry;
            } else {
                order[--to] = entry;
            }
        }
        System.arraycopy(scratch, picked, order, begin, end - picked);
        return end - picked;
    }
}
