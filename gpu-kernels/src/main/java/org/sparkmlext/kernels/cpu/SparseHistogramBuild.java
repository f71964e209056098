package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;

/**
 * One call of the histogram kernel on sparse rows. A node of few stored bins is one thread's work from its rows to a
 * {@link CompactHistogram}; a large one is cut into pieces of rows, whose sums meet in a dense histogram.
 *
 * <p>Sums are integers: which thread adds what makes no difference.
 */
final class SparseHistogramBuild {

    /** Stored bins below which a second thread costs more than it brings. */
    private static final long MIN_STORED_PER_THREAD = 20_000;

    private static final int PIECES_PER_THREAD = 2;

    /** Small are nodes with at most this part of all bins: sorting those costs less than a pass over all. */
    private static final int SMALL_SHARE = 4;

    /** Parts of a histogram that threads lock one by one. */
    private static final int SECTIONS = 64;

    private static final int PIECE_FEATURES = 64;

    private final CpuSparseRows rows;
    private final BinLayout layout;
    private final long[] gradients;
    private final long[] entries;
    private final CpuHistogramPool pool;
    private final List<HistogramTask> tasks;
    private final SparseScratch[] scratch;
    private final double storedPerRow;
    /** Whether histograms are {@link PackedHistogram}s. */
    private final boolean isPacked;
    /** Rows that a thread may add before it moves its sums out. */
    private final int mostHeld;

    private final boolean[] isSmall;
    /** Per large task: gradient, hessian, count and stored bins of its rows. */
    private final long[][] totals;
    /** Per large task and section: whether the pool's cells have been written; locked by its element. */
    private final Gate[][] gates;
    /** First piece of each task, and after the last the number of all. */
    private final int[] firstPiece;

    private final int[] pieceRows;

    private static final class Gate {
        private boolean isWritten;
    }

    SparseHistogramBuild(
            CpuSparseRows rows,
            long[] gradients,
            CpuPartition partition,
            CpuHistogramPool pool,
            List<HistogramTask> tasks,
            SparseScratch[] scratch,
            boolean isCoarse) {
        this.rows = rows;
        this.layout = rows.layout();
        this.gradients = gradients;
        this.entries = partition.entries();
        this.pool = pool;
        this.tasks = tasks;
        this.scratch = scratch;
        storedPerRow = rows.numRows() == 0 ? 0 : (double) rows.numStored() / rows.numRows();
        isPacked = isCoarse && !pool.hasCounts() && rows.mostStored() <= SparseScratch.MAX_ROWS;
        mostHeld = isPacked ? Integer.MAX_VALUE : SparseScratch.MAX_ROWS;
        isSmall = new boolean[tasks.size()];
        totals = new long[tasks.size()][4];
        gates = new Gate[tasks.size()][];
        firstPiece = new int[tasks.size() + 1];
        pieceRows = new int[tasks.size()];
        cut();
    }

    private void cut() {
        for (int t = 0; t < tasks.size(); t++) {
            int numRows = tasks.get(t).rows().numRows();
            // An estimate will do: it decides how sums are made, not what they are.
            isSmall[t] = numRows == 0
                    || numRows * storedPerRow + layout.numFeatures() <= (double) layout.totalBins() / SMALL_SHARE;
            pieceRows[t] = Math.max(1, numRows);
            if (!isSmall[t]) {
                makeRoom(tasks.get(t).slot());
                gates[t] = new Gate[SECTIONS];
                for (int s = 0; s < SECTIONS; s++) {
                    gates[t][s] = new Gate();
                }
                // Every piece that a thread adds to another task's costs a pass over all bins: no more than needed.
                boolean isOnePiece = tasks.size() >= PIECES_PER_THREAD * scratch.length;
                int pieces = isOnePiece ? 1 : PIECES_PER_THREAD * scratch.length;
                pieceRows[t] = Math.max(1, (numRows + pieces - 1) / pieces);
            }
            firstPiece[t + 1] = firstPiece[t] + Math.max(1, (numRows + pieceRows[t] - 1) / pieceRows[t]);
        }
    }

    /** Before the threads start: the slot's array, to be overwritten. */
    private void makeRoom(int slot) {
        if (!isPacked) {
            pool.overwritten(slot);
            return;
        }
        PackedHistogram before = pool.packed(slot);
        long[] cells = before != null && before.bins == null ? before.cells : new long[layout.totalBins()];
        pool.put(slot, new PackedHistogram(null, cells, rows.absentBins()));
    }

    void run(ThreadTeam team) {
        double stored = 0;
        for (HistogramTask task : tasks) {
            stored += task.rows().numRows() * storedPerRow;
        }
        int maxThreads = (int) Math.min(scratch.length, 1 + stored / MIN_STORED_PER_THREAD);
        team.run(firstPiece[tasks.size()], maxThreads, this::work);
        int pieces = (layout.numFeatures() + PIECE_FEATURES - 1) / PIECE_FEATURES;
        for (int t = 0; t < tasks.size(); t++) {
            PackedHistogram packed = pool.packed(tasks.get(t).slot());
            if (!isSmall[t] && packed != null) {
                packed.withSums(totals[t][0], totals[t][1], totals[t][3]);
                pool.put(tasks.get(t).slot(), packed);
            } else if (!isSmall[t]) {
                long[] sums = totals[t];
                long[] slot = pool.slot(tasks.get(t).slot());
                team.forEach(pieces, (worker, piece) -> {
                    int end = Math.min(layout.numFeatures(), (piece + 1) * PIECE_FEATURES);
                    for (int f = piece * PIECE_FEATURES; f < end; f++) {
                        putAbsent(slot, f, sums);
                    }
                });
                pool.numStored(tasks.get(t).slot(), sums[3]);
            }
        }
    }

    private void work(int worker, int first, ThreadTeam.Job job) {
        SparseScratch own = scratch[worker];
        int task = -1;
        int held = 0;
        for (int piece = first; piece >= 0; piece = job.next()) {
            int next = Math.max(task, 0);
            while (firstPiece[next + 1] <= piece) {
                next++;
            }
            if (held > 0 && next != task) {
                moveOut(task, worker, own);
                held = 0;
            }
            task = next;
            RowRange node = tasks.get(task).rows();
            int begin = node.begin() + (piece - firstPiece[task]) * pieceRows[task];
            int end = Math.min(node.end(), begin + pieceRows[task]);
            if (isSmall[task]) {
                sumSmall(own.sorted(), tasks.get(task).slot(), begin, end);
                continue;
            }
            while (begin < end) {
                int count = Math.min(end - begin, mostHeld - held);
                own.add(rows, gradients, entries, begin, begin + count);
                begin += count;
                held += count;
                if (held == mostHeld) {
                    moveOut(task, worker, own);
                    held = 0;
                }
            }
        }
        if (held > 0) {
            moveOut(task, worker, own);
        }
    }

    private void sumSmall(SortedSums sorted, int slot, int begin, int end) {
        if (isPacked) {
            pool.put(slot, sorted.sumPacked(rows, gradients, entries, begin, end));
        } else {
            pool.put(slot, sorted.sum(rows, gradients, entries, begin, end, pool.cellWidth()));
        }
    }

    private void moveOut(int task, int worker, SparseScratch own) {
        PackedHistogram packed = pool.packed(tasks.get(task).slot());
        long[] slot = packed != null ? packed.cells : pool.slot(tasks.get(task).slot());
        int sectionBins = layout.totalBins() / SECTIONS + 1;
        synchronized (gates[task]) {
            own.moveTotals(totals[task]);
        }
        for (int i = 0; i < SECTIONS; i++) {
            // Each thread begins elsewhere, so that they do not queue for the same section.
            int section = (i + worker * (SECTIONS / scratch.length)) % SECTIONS;
            int begin = Math.min(layout.totalBins(), section * sectionBins);
            int end = Math.min(layout.totalBins(), begin + sectionBins);
            Gate gate = gates[task][section];
            synchronized (gate) {
                if (packed != null) {
                    own.moveTo(packed, begin, end, !gate.isWritten);
                } else {
                    own.move(begin, end, slot, pool.cellWidth(), !gate.isWritten);
                }
                gate.isWritten = true;
            }
        }
    }

    /** Gives a feature's absent bin what its other bins leave of the node's sums. */
    private void putAbsent(long[] slot, int f, long[] sums) {
        int width = pool.cellWidth();
        int absent = (layout.offset(f) + rows.absentBin(f)) * width;
        for (int k = 0; k < width; k++) {
            slot[absent + k] = 0;
            long rest = sums[k];
            for (int cell = layout.offset(f) * width + k; cell < layout.offset(f + 1) * width; cell += width) {
                rest -= slot[cell];
            }
            slot[absent + k] = rest;
        }
    }
}
