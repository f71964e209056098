package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.SubtractTask;

/** The histogram kernels on the CPU, for dense and for sparse rows, and the threads' private sums that they keep. */
final class CpuHistogramKernels {

    /** Longs of one piece of a subtraction. */
    private static final int PIECE_LONGS = 16384;

    /** A dense histogram becomes compact when at most this part of its bins can be occupied: finding them costs a pass over all. */
    private static final int SHRINK_SHARE = 8;

    private final CpuBackend backend;
    private final Ownership ownership;
    private HistogramScratch @Nullable [] packed;
    private HistogramScratch @Nullable [] wideCoarse;
    private HistogramScratch @Nullable [] wideFine;
    /** Of the last layout and precision: a training has one, or two in turns. */
    private SparseScratch @Nullable [] sparse;

    CpuHistogramKernels(CpuBackend backend) {
        this.backend = backend;
        ownership = new Ownership(backend);
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#histograms}. */
    void build(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            GradientScale.Precision precision,
            List<HistogramTask> tasks,
            HistogramPool pool) {
        CpuRows own = ownership.own(rows, CpuRows.class, "rows");
        CpuPartition order = ownership.own(partition, CpuPartition.class, "partition");
        CpuHistogramPool target = ownership.own(pool, CpuHistogramPool.class, "pool");
        Ownership.requireRows(order.numRows(), own.numRows(), "partition");
        if (!own.layout().equals(target.layout())) {
            throw new IllegalArgumentException(
                    own + " have layout " + own.layout() + ", but the pool has another: " + target);
        }
        HistogramTask.requireFits(tasks, own.numRows(), target.numSlots());
        CpuBuffer values = ownership.own(gradients, CpuBuffer.class, "gradients");
        Ownership.requireRows(values.length(), own.numRows(), "gradients");
        boolean isCoarse = precision == GradientScale.Precision.COARSE;
        if (isCoarse) {
            order.takeGradients(values);
        }
        try {
            if (own instanceof CpuSparseRows sparseRows) {
                sparseRows.requireComplete();
                SparseScratch[] scratch = sparseScratch(own.layout(), isCoarse, target.hasCounts());
                new SparseHistogramBuild(sparseRows, values.longs(), order, target, tasks, scratch, isCoarse)
                        .run(team());
            } else {
                HistogramScratch[] scratch = scratch(isCoarse, target.hasCounts());
                new HistogramBuild((CpuByteRows) own, values.longs(), order, target, tasks, scratch).run(team());
            }
        } catch (RuntimeException | Error e) {
            // Half-done sums in there would turn up in the next histogram.
            packed = null;
            wideCoarse = null;
            wideFine = null;
            sparse = null;
            throw e;
        }
    }

    private HistogramScratch[] scratch(boolean isCoarse, boolean withCounts) {
        HistogramScratch[] found = !isCoarse ? wideFine : withCounts ? wideCoarse : packed;
        if (found != null) {
            return found;
        }
        int words = CpuByteRows.TILE_FEATURES / CpuByteRows.WORD_FEATURES;
        boolean isPacked = isCoarse && !withCounts;
        int threads = team().numThreads();
        long bytes = (isPacked ? 8L : 16L) * CpuByteRows.TILE_FEATURES * HistogramScratch.CELLS * threads;
        HistogramScratch[] made = backend.allocating(bytes, "the histograms of " + threads + " threads", () -> {
            HistogramScratch[] all = new HistogramScratch[threads];
            Arrays.setAll(all, i -> isPacked ? new PackedScratch(words) : new WideScratch(words, isCoarse));
            return all;
        });
        if (isPacked) {
            packed = made;
        } else if (isCoarse) {
            wideCoarse = made;
        } else {
            wideFine = made;
        }
        return made;
    }

    private SparseScratch[] sparseScratch(BinLayout layout, boolean isCoarse, boolean withCounts) {
        SparseScratch[] found = sparse;
        if (found != null && found[0].fits(layout, isCoarse, withCounts)) {
            return found;
        }
        int threads = team().numThreads();
        long bytes = threads * SparseScratch.sizeBytes(layout, isCoarse, withCounts);
        sparse = null;
        SparseScratch[] made = backend.allocating(bytes, "the histograms of " + threads + " threads", () -> {
            SparseScratch[] all = new SparseScratch[threads];
            Arrays.setAll(all, i -> new SparseScratch(layout, isCoarse, withCounts));
            return all;
        });
        sparse = made;
        return made;
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#subtract}. */
    void subtract(HistogramPool pool, List<SubtractTask> tasks) {
        CpuHistogramPool own = ownership.own(pool, CpuHistogramPool.class, "pool");
        boolean isAllDense = true;
        for (SubtractTask task : tasks) {
            Objects.checkIndex(task.sibling(), own.numSlots());
            isAllDense &= isDense(own, task.parent()) && isDense(own, task.child());
        }
        if (isAllDense) {
            subtractDense(own, tasks);
            return;
        }
        for (SubtractTask task : tasks) {
            subtractOne(own, task);
        }
    }

    private void subtractDense(CpuHistogramPool pool, List<SubtractTask> tasks) {
        for (SubtractTask task : tasks) {
            pool.slot(task.parent());
            pool.slot(task.child());
            long stored = CpuHistogramPool.difference(pool.numStored(task.parent()), pool.numStored(task.child()));
            if (task.sibling() != task.parent() && task.sibling() != task.child()) {
                pool.overwritten(task.sibling());
            }
            pool.numStored(task.sibling(), stored);
        }
        int length = pool.slotLength();
        team().forEach((length + PIECE_LONGS - 1) / PIECE_LONGS, (worker, piece) -> {
            int end = Math.min(length, (piece + 1) * PIECE_LONGS);
            // In the order of the list, so that a task may use what an earlier one wrote.
            for (SubtractTask task : tasks) {
                long[] parent = pool.slot(task.parent());
                long[] child = pool.slot(task.child());
                long[] sibling = pool.slot(task.sibling());
                for (int i = piece * PIECE_LONGS; i < end; i++) {
                    sibling[i] = parent[i] - child[i];
                }
            }
        });
    }

    private static boolean isDense(CpuHistogramPool pool, int slot) {
        return pool.compact(slot) == null && pool.packed(slot) == null;
    }

    private static void subtractPacked(
            CpuHistogramPool pool, SubtractTask task, PackedHistogram parent, PackedHistogram child) {
        int totalBins = pool.layout().totalBins();
        if (parent.bins != null && child.bins != null) {
            pool.put(task.sibling(), parent.minus(child, parent.bins, child.bins));
            return;
        }
        PackedHistogram rest = parent.full(totalBins);
        if (rest == parent && task.sibling() != task.parent()) {
            rest = new PackedHistogram(null, parent.cells.clone(), parent.absentBins)
                    .withSums(parent.gradient, parent.hessian, parent.numStored);
        }
        rest.subtract(child);
        boolean isSmall = rest.numStored <= totalBins / SHRINK_SHARE;
        pool.put(task.sibling(), isSmall ? rest.compact() : rest);
    }

    private void subtractOne(CpuHistogramPool pool, SubtractTask task) {
        PackedHistogram packedParent = pool.packed(task.parent());
        PackedHistogram packedChild = pool.packed(task.child());
        if (packedParent != null && packedChild != null) {
            subtractPacked(pool, task, packedParent, packedChild);
            return;
        }
        if (packedParent != null) {
            pool.slot(task.parent());
        }
        if (packedChild != null) {
            pool.slot(task.child());
        }
        CompactHistogram parent = pool.compact(task.parent());
        CompactHistogram child = pool.compact(task.child());
        if (parent != null && child != null) {
            pool.put(task.sibling(), parent.minus(child, pool.cellWidth()));
            return;
        }
        if (child == null || task.sibling() == task.child()) {
            subtractDense(pool, List.of(task));
            return;
        }
        long stored = CpuHistogramPool.difference(pool.numStored(task.parent()), child.numStored);
        long[] from = pool.slot(task.parent());
        long[] sibling = from;
        if (task.sibling() != task.parent()) {
            sibling = pool.overwritten(task.sibling());
            System.arraycopy(from, 0, sibling, 0, sibling.length);
        }
        child.subtractFrom(sibling, pool.cellWidth());
        pool.numStored(task.sibling(), stored);
        shrink(pool, task.sibling());
    }

    private static void shrink(CpuHistogramPool pool, int slot) {
        long most = pool.numStored(slot) + pool.layout().numFeatures();
        if (most <= pool.layout().totalBins() / SHRINK_SHARE) {
            pool.put(slot, CompactHistogram.of(pool.slot(slot), pool.cellWidth(), pool.numStored(slot)));
        }
    }

    private ThreadTeam team() {
        return backend.team();
    }
}
