package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * One call of the partition kernel: each piece of rows is divided on its own into scratch, its left rows from the front
 * and its right rows from the back; once all counts are known every piece copies its two parts to their places.
 */
final class RowMover {

    private static final int MIN_PIECE_ROWS = 8192;
    private static final int PIECES_PER_THREAD = 4;

    private final CpuRows.RowDivider divider;
    private final CpuPartition partition;
    private final List<PartitionTask> tasks;
    private final int[] pieceTask;
    private final int[] pieceBegin;
    private final int[] pieceEnd;
    private final int[] pieceLeft;
    private final int[] leftTo;
    private final int[] rightTo;

    RowMover(CpuRows.RowDivider divider, CpuPartition partition, List<PartitionTask> tasks, int numThreads) {
        this.divider = divider;
        this.partition = partition;
        this.tasks = tasks;
        long all = 0;
        for (PartitionTask task : tasks) {
            all += task.rows().numRows();
        }
        int pieceRows = (int) Math.max(MIN_PIECE_ROWS, all / ((long) numThreads * PIECES_PER_THREAD) + 1);
        int numPieces = 0;
        for (PartitionTask task : tasks) {
            numPieces += pieces(task.rows(), pieceRows);
        }
        pieceTask = new int[numPieces];
        pieceBegin = new int[numPieces];
        pieceEnd = new int[numPieces];
        pieceLeft = new int[numPieces];
        leftTo = new int[numPieces];
        rightTo = new int[numPieces];
        int piece = 0;
        for (int t = 0; t < tasks.size(); t++) {
            RowRange range = tasks.get(t).rows();
            for (int k = 0; k < pieces(range, pieceRows); k++, piece++) {
                pieceTask[piece] = t;
                pieceBegin[piece] = range.begin() + k * pieceRows;
                pieceEnd[piece] = Math.min(range.end(), pieceBegin[piece] + pieceRows);
            }
        }
    }

    private static int pieces(RowRange range, int pieceRows) {
        return (range.numRows() + pieceRows - 1) / pieceRows;
    }

    /** Moves the rows and returns the number of left ones of each task. */
    int[] run(ThreadTeam team) {
        // Before the threads start: the first use writes them.
        long[] order = partition.entries();
        partition.markMoved();
        long[] scratch = partition.scratch();
        team.forEach(
                pieceTask.length,
                (worker, piece) -> pieceLeft[piece] =
                        divider.divide(pieceTask[piece], pieceBegin[piece], pieceEnd[piece], order, scratch));
        int[] numLeft = place();
        team.forEach(pieceTask.length, (worker, piece) -> copyBack(piece));
        return numLeft;
    }

    private int[] place() {
        int[] numLeft = new int[tasks.size()];
        for (int piece = 0; piece < pieceTask.length; piece++) {
            int t = pieceTask[piece];
            leftTo[piece] = tasks.get(t).rows().begin() + numLeft[t];
            numLeft[t] += pieceLeft[piece];
        }
        int[] numRight = new int[tasks.size()];
        for (int piece = 0; piece < pieceTask.length; piece++) {
            int t = pieceTask[piece];
            rightTo[piece] = tasks.get(t).rows().begin() + numLeft[t] + numRight[t];
            numRight[t] += pieceEnd[piece] - pieceBegin[piece] - pieceLeft[piece];
        }
        return numLeft;
    }

    private void copyBack(int piece) {
        long[] order = partition.entries();
        long[] scratch = partition.scratch();
        System.arraycopy(scratch, pieceBegin[piece], order, leftTo[piece], pieceLeft[piece]);
        int to = rightTo[piece];
        int lastRight = pieceBegin[piece] + pieceLeft[piece];
        for (int i = pieceEnd[piece] - 1; i >= lastRight; i--) {
            order[to++] = scratch[i];
        }
    }
}
