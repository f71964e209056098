package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;

/**
 * One call of the histogram kernel: cuts the nodes into pieces of rows, lets the threads add them up privately, and moves
 * the private sums into the pool.
 *
 * <p>Pieces are claimed in order, so a thread mostly stays on one node and moves its sums out once. Sums are integers:
 * which thread adds what makes no difference.
 */
final class HistogramBuild {

    /** Cells (row x feature) below which a second thread costs more than it brings. */
    private static final long MIN_CELLS_PER_THREAD = 60_000;

    private static final int MIN_PIECE_ROWS = 1024;
    private static final int MAX_PIECE_ROWS = 16384;
    private static final int PIECES_PER_THREAD = 4;

    private final CpuByteRows rows;
    private final BinLayout layout;
    private final long[] gradients;
    private final CpuPartition partition;
    private final CpuHistogramPool pool;
    private final List<HistogramTask> tasks;
    private final HistogramScratch[] scratch;
    private final int numTiles;
    /** Per task, tile and word of a tile: whether the pool's cells have been written; locked by its row. */
    private final Gate[][] gates;
    /** First piece of each pair (task, tile), and after the last the number of all. */
    private final int[] firstPiece;

    private final int pieceRows;

    /** Guards the cells of one node and one word of features in the pool. */
    private static final class Gate {
        private boolean isWritten;
    }

    HistogramBuild(
            CpuByteRows rows,
            long[] gradients,
            CpuPartition partition,
            CpuHistogramPool pool,
            List<HistogramTask> tasks,
            HistogramScratch[] scratch) {
        this.rows = rows;
        this.layout = rows.layout();
        this.gradients = gradients;
        this.partition = partition;
        this.pool = pool;
        this.tasks = tasks;
        this.scratch = scratch;
        numTiles = CpuByteRows.numTiles(layout);
        gates = new Gate[tasks.size()][CpuByteRows.rowWords(layout)];
        firstPiece = new int[tasks.size() * numTiles + 1];
        pieceRows = pieceRows(scratch.length);
        cut();
    }

    private int pieceRows(int numThreads) {
        long all = 0;
        for (HistogramTask task : tasks) {
            all += task.rows().numRows();
        }
        long even = all / ((long) numThreads * PIECES_PER_THREAD) + 1;
        return (int) Math.max(MIN_PIECE_ROWS, Math.min(MAX_PIECE_ROWS, even));
    }

    private void cut() {
        for (int t = 0; t < tasks.size(); t++) {
            for (int w = 0; w < gates[t].length; w++) {
                gates[t][w] = new Gate();
            }
            // An empty node has one empty piece: its histogram must be overwritten with zeros all the same.
            int pieces = Math.max(1, (tasks.get(t).rows().numRows() + pieceRows - 1) / pieceRows);
            for (int tile = 0; tile < numTiles; tile++) {
                int pair = t * numTiles + tile;
                firstPiece[pair + 1] = Math.addExact(firstPiece[pair], pieces);
            }
        }
    }

    void run(ThreadTeam team) {
        long cells = 0;
        for (HistogramTask task : tasks) {
            cells += (long) task.rows().numRows() * layout.numFeatures();
            // Before the threads start: the first use of a slot gives it memory, and two threads would give it two.
            pool.overwritten(task.slot());
        }
        int maxThreads = (int) Math.min(scratch.length, 1 + cells / MIN_CELLS_PER_THREAD);
        team.run(firstPiece[firstPiece.length - 1], maxThreads, this::work);
    }

    private void work(int worker, int first, ThreadTeam.Job job) {
        HistogramScratch own = scratch[worker];
        int pair = -1;
        int held = 0;
        for (int piece = first; piece >= 0; piece = job.next()) {
            int next = pairOf(piece, Math.max(pair, 0));
            RowRange node = tasks.get(next / numTiles).rows();
            int begin = node.begin() + (piece - firstPiece[next]) * pieceRows;
            int end = Math.min(node.end(), begin + pieceRows);
            if (pair >= 0 && (next != pair || held + (end - begin) > HistogramScratch.MAX_ROWS)) {
                moveOut(pair, worker, own);
                held = 0;
            }
            pair = next;
            held += end - begin;
            addRows(own, pair % numTiles, begin, end);
        }
        moveOut(pair, worker, own);
    }

    private int pairOf(int piece, int from) {
        int pair = from;
        while (firstPiece[pair + 1] <= piece) {
            pair++;
        }
        return pair;
    }

    private void addRows(HistogramScratch own, int tile, int begin, int end) {
        int position = begin;
        while (position < end) {
            int count = Math.min(end - position, HistogramScratch.BLOCK_ROWS);
            if (partition.isAscending()) {
                own.addInPlace(rows, tile, gradients, partition, position, count);
            } else {
                own.addGathered(rows, tile, gradients, partition, position, count);
            }
            position += count;
        }
    }

    private void moveOut(int pair, int worker, HistogramScratch own) {
        int task = pair / numTiles;
        int tile = pair % numTiles;
        long[] slot = pool.slot(tasks.get(task).slot());
        int words = CpuByteRows.tileWords(layout, tile);
        int firstWord = tile * (CpuByteRows.TILE_FEATURES / CpuByteRows.WORD_FEATURES);
        for (int i = 0; i < words; i++) {
            // Each thread begins with another word, so that they do not queue for the same one.
            int word = (i + worker) % words;
            Gate gate = gates[task][firstWord + word];
            synchronized (gate) {
                own.moveWord(tile, word, layout, slot, pool.cellWidth(), !gate.isWritten);
                gate.isWritten = true;
            }
        }
    }
}
