package org.sparkmlext.kernels.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels;

/** The boosting kernels on the CPU: checks what it is given, cuts the work into pieces, hands them to the threads. */
final class CpuTreeKernels implements TreeKernels {

    /** Rows of one piece of work of the kernels that go over rows. */
    private static final int PIECE_ROWS = 8192;

    /** Features of one piece of the split search. */
    private static final int PIECE_FEATURES = 8;

    /** Bins below which a second thread costs the split search more than it brings. */
    private static final int MIN_BINS_PER_THREAD = 2048;

    /** Longs of one piece of a subtraction. */
    private static final int PIECE_LONGS = 16384;

    private final CpuBackend backend;
    private final Ownership ownership;
    private final CpuLossKernels losses;
    private HistogramScratch @Nullable [] packed;
    private HistogramScratch @Nullable [] wideCoarse;
    private HistogramScratch @Nullable [] wideFine;
    /** One a thread. */
    private final SplitSearch[] searches;

    CpuTreeKernels(CpuBackend backend) {
        this.backend = backend;
        searches = new SplitSearch[backend.team().numThreads()];
        Arrays.setAll(searches, i -> new SplitSearch());
        ownership = new Ownership(backend);
        losses = new CpuLossKernels(backend);
    }

    @Override
    public DenseRows allocateRows(BinLayout layout, int numRows) {
        requireNotNegative(numRows, "rows");
        long bytes = CpuRows.sizeBytes(layout, numRows);
        String what = "the bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        return backend.allocating(bytes, what, () -> new CpuRows(backend, layout, numRows));
    }

    @Override
    public SparseRows allocateSparseRows(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        throw new UnsupportedOperationException("sparse rows come with the next change");
    }

    @Override
    public RowPartition allocatePartition(int numRows) {
        requireNotNegative(numRows, "rows");
        return backend.allocating(
                CpuPartition.sizeBytes(numRows),
                "a partition of " + numRows + " rows",
                () -> new CpuPartition(backend, numRows));
    }

    @Override
    public HistogramPool allocateHistograms(BinLayout layout, int numSlots, boolean withCounts) {
        requireNotNegative(numSlots, "slots");
        long bytes = CpuHistogramPool.sizeBytes(layout, numSlots, withCounts);
        String what = numSlots + " histograms of " + layout.totalBins() + " bins";
        return backend.allocating(bytes, what, () -> new CpuHistogramPool(backend, layout, numSlots, withCounts));
    }

    @Override
    public double[] maxGradients(PointwiseLoss loss, List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        return losses.maxGradients(loss, scores, labels, weights);
    }

    @Override
    public List<GradientTotals> gradients(
            PointwiseLoss loss,
            List<Buffer> scores,
            Buffer labels,
            @Nullable Buffer weights,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> gradients,
            List<RowMetric> metrics,
            long[] metricSums) {
        return losses.gradients(
                loss, scores, labels, weights, sampling, rowKeys, scale, gradients, metrics, metricSums);
    }

    @Override
    public void metricSums(
            List<RowMetric> metrics, List<Buffer> scores, Buffer labels, @Nullable Buffer weights, long[] sums) {
        losses.metricSums(metrics, scores, labels, weights, sums);
    }

    @Override
    public List<GradientTotals> quantize(
            List<double[]> gradients,
            List<double[]> hessians,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> out) {
        return losses.quantize(gradients, hessians, sampling, rowKeys, scale, out);
    }

    @Override
    public void residualCounts(
            RowPartition partition,
            Buffer scores,
            Buffer labels,
            @Nullable Buffer weights,
            int weightExponent,
            List<ResidualTask> tasks,
            long[] counts) {
        losses.residualCounts(partition, scores, labels, weights, weightExponent, tasks, counts);
    }

    @Override
    public void histograms(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            GradientScale.Precision precision,
            List<HistogramTask> tasks,
            HistogramPool pool) {
        CpuRows own = own(rows, CpuRows.class, "rows");
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        CpuHistogramPool target = own(pool, CpuHistogramPool.class, "pool");
        requireRows(order.numRows(), own.numRows(), "partition");
        if (!own.layout().equals(target.layout())) {
            throw new IllegalArgumentException(
                    own + " have layout " + own.layout() + ", but the pool has another: " + target);
        }
        Ranges.requireWithin(tasks.stream().map(HistogramTask::rows).toList(), own.numRows());
        BitSet seen = new BitSet();
        for (HistogramTask task : tasks) {
            if (seen.get(Objects.checkIndex(task.slot(), target.numSlots()))) {
                throw new IllegalArgumentException("slot " + task.slot() + " stands for two nodes of one call");
            }
            seen.set(task.slot());
        }
        CpuBuffer values = own(gradients, CpuBuffer.class, "gradients");
        requireRows(values.length(), own.numRows(), "gradients");
        if (precision == GradientScale.Precision.COARSE) {
            order.takeGradients(values);
        }
        HistogramScratch[] scratch = scratch(precision, target.hasCounts());
        try {
            new HistogramBuild(own, values.longs(), order, target, tasks, scratch).run(team());
        } catch (RuntimeException | Error e) {
            // Half-done sums in there would turn up in the next histogram.
            packed = null;
            wideCoarse = null;
            wideFine = null;
            throw e;
        }
    }

    private HistogramScratch[] scratch(GradientScale.Precision precision, boolean withCounts) {
        boolean isCoarse = precision == GradientScale.Precision.COARSE;
        HistogramScratch[] found = !isCoarse ? wideFine : withCounts ? wideCoarse : packed;
        if (found != null) {
            return found;
        }
        int words = CpuRows.TILE_FEATURES / CpuRows.WORD_FEATURES;
        boolean isPacked = isCoarse && !withCounts;
        int threads = team().numThreads();
        long bytes = (isPacked ? 8L : 16L) * CpuRows.TILE_FEATURES * HistogramScratch.CELLS * threads;
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

    @Override
    public void subtract(HistogramPool pool, List<SubtractTask> tasks) {
        CpuHistogramPool own = own(pool, CpuHistogramPool.class, "pool");
        for (SubtractTask task : tasks) {
            Objects.checkIndex(task.parent(), own.numSlots());
            Objects.checkIndex(task.child(), own.numSlots());
            Objects.checkIndex(task.sibling(), own.numSlots());
        }
        int length = own.slotLength();
        team().forEach((length + PIECE_LONGS - 1) / PIECE_LONGS, (worker, piece) -> {
            int end = Math.min(length, (piece + 1) * PIECE_LONGS);
            // In the order of the list, so that a task may use what an earlier one wrote.
            for (SubtractTask task : tasks) {
                long[] parent = own.slot(task.parent());
                long[] child = own.slot(task.child());
                long[] sibling = own.slot(task.sibling());
                for (int i = piece * PIECE_LONGS; i < end; i++) {
                    sibling[i] = parent[i] - child[i];
                }
            }
        });
    }

    @Override
    public List<SplitCandidate> findSplits(
            HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale) {
        CpuHistogramPool own = own(pool, CpuHistogramPool.class, "pool");
        if (rules.minDataInLeaf() > 1 && !own.hasCounts()) {
            throw new IllegalArgumentException("minDataInLeaf is " + rules.minDataInLeaf()
                    + ", but the pool has no counts; allocate it with counts, or set minDataInLeaf to 1");
        }
        int[] firstPiece = new int[tasks.size() + 1];
        for (int t = 0; t < tasks.size(); t++) {
            requireAscending(tasks.get(t).features(), own.layout().numFeatures());
            Objects.checkIndex(tasks.get(t).slot(), own.numSlots());
            firstPiece[t + 1] = firstPiece[t] + (tasks.get(t).features().length + PIECE_FEATURES - 1) / PIECE_FEATURES;
        }
        SplitCandidate[] found = new SplitCandidate[firstPiece[tasks.size()]];
        int maxThreads = 1 + (int) ((long) own.layout().totalBins() * tasks.size() / MIN_BINS_PER_THREAD);
        team().forEach(found.length, maxThreads, (worker, piece) -> {
            int t = 0;
            while (firstPiece[t + 1] <= piece) {
                t++;
            }
            int[] features = tasks.get(t).features();
            int from = (piece - firstPiece[t]) * PIECE_FEATURES;
            SplitSearch search = searches[worker];
            search.start(own, tasks.get(t).slot(), features[from], rules, scale);
            for (int i = from; i < Math.min(features.length, from + PIECE_FEATURES); i++) {
                search.look(features[i]);
            }
            found[piece] = search.best();
        });
        List<SplitCandidate> best = new ArrayList<>(tasks.size());
        for (int t = 0; t < tasks.size(); t++) {
            SplitCandidate winner = SplitCandidate.NONE;
            for (int piece = firstPiece[t]; piece < firstPiece[t + 1]; piece++) {
                // Pieces have ascending features, so on equal gains the smaller feature stays.
                if (found[piece].isSplit() && (!winner.isSplit() || found[piece].gain() > winner.gain())) {
                    winner = found[piece];
                }
            }
            best.add(winner);
        }
        return best;
    }

    @Override
    public int[] partition(BinnedRows rows, RowPartition partition, List<PartitionTask> tasks) {
        CpuRows own = own(rows, CpuRows.class, "rows");
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        requireRows(order.numRows(), own.numRows(), "partition");
        List<RowRange> ranges = tasks.stream().map(PartitionTask::rows).toList();
        Ranges.requireWithin(ranges, own.numRows());
        Ranges.requireDisjoint(ranges);
        for (PartitionTask task : tasks) {
            Objects.checkIndex(task.feature(), own.layout().numFeatures());
            Objects.checkIndex(task.bin(), own.layout().numValueBins(task.feature()));
        }
        return new RowMover(own, order, tasks, team().numThreads()).run(team());
    }

    @Override
    public long[] leafSums(Buffer gradients, RowPartition partition, List<RowRange> leaves) {
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        Ranges.requireWithin(leaves, order.numRows());
        long[] values = longs(gradients, "gradients", order.numRows());
        long[] positions = order.entries();
        long[] sums = new long[2 * leaves.size()];
        new Ranges(leaves, PIECE_ROWS).forEachPiece(team(), (leaf, begin, end) -> {
            long g = 0;
            long h = 0;
            for (int i = begin; i < end; i++) {
                long value = values[RowEntry.row(positions[i])];
                g += value >> 32;
                h += value & 0xFFFFFFFFL;
            }
            synchronized (sums) {
                sums[2 * leaf] += g;
                sums[2 * leaf + 1] += h;
            }
        });
        return sums;
    }

    @Override
    public void addLeafValues(RowPartition partition, List<RowRange> leaves, float[] values, Buffer scores) {
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        Ranges.requireWithin(leaves, order.numRows());
        Ranges.requireDisjoint(leaves);
        if (values.length != leaves.size()) {
            throw new IllegalArgumentException(values.length + " values were given for " + leaves.size() + " leaves");
        }
        float[] target = floats(scores, "scores", order.numRows());
        long[] positions = order.entries();
        new Ranges(leaves, PIECE_ROWS).forEachPiece(team(), (leaf, begin, end) -> {
            float value = values[leaf];
            for (int i = begin; i < end; i++) {
                target[RowEntry.row(positions[i])] += value;
            }
        });
    }

    @Override
    public void addTree(BinnedRows rows, BinTree tree, Buffer scores) {
        CpuRows own = own(rows, CpuRows.class, "rows");
        float[] target = floats(scores, "scores", own.numRows());
        TreeWalk walk = new TreeWalk(own, tree);
        forEachPiece(own.numRows(), (worker, begin, end) -> walk.add(begin, end, target));
    }

    private interface RowPiece {
        void run(int worker, int begin, int end);
    }

    private void forEachPiece(int numRows, RowPiece work) {
        team().forEach((numRows + PIECE_ROWS - 1) / PIECE_ROWS, (worker, piece) -> {
            work.run(worker, piece * PIECE_ROWS, Math.min(numRows, (piece + 1) * PIECE_ROWS));
        });
    }

    private ThreadTeam team() {
        return backend.team();
    }

    private float[] floats(Buffer buffer, String name, int length) {
        return ownership.floats(buffer, name, length);
    }

    private long[] longs(Buffer buffer, String name, int length) {
        return ownership.longs(buffer, name, length);
    }

    private <T extends CpuResource> T own(Object resource, Class<T> type, String name) {
        return ownership.own(resource, type, name);
    }

    private static void requireRows(int length, int numRows, String name) {
        Ownership.requireRows(length, numRows, name);
    }

    private static void requireNotNegative(int count, String what) {
        if (count < 0) {
            throw new IllegalArgumentException("number of " + what + " is " + count + "; it must be at least 0");
        }
    }

    private static void requireAscending(int[] features, int numFeatures) {
        int previous = -1;
        for (int feature : features) {
            if (feature <= previous || feature >= numFeatures) {
                throw new IllegalArgumentException("features " + Arrays.toString(features)
                        + " must be ascending and below " + numFeatures + "; " + feature + " is not");
            }
            previous = feature;
        }
    }
}
