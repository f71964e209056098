package org.sparkmlext.kernels.cpu;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.KernelException;
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
import org.sparkmlext.kernels.tree.SparseBlocks;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels;

/** The boosting kernels on the CPU: checks what it is given, cuts the work into pieces, hands them to the threads. */
final class CpuTreeKernels implements TreeKernels {

    /** Rows of one piece of work of the kernels that go over rows. */
    private static final int PIECE_ROWS = 8192;

    private final CpuBackend backend;
    private final Ownership ownership;
    private final CpuLossKernels losses;
    private final CpuHistogramKernels histograms;
    private final CpuSplitKernels splits;

    CpuTreeKernels(CpuBackend backend) {
        this.backend = backend;
        ownership = new Ownership(backend);
        losses = new CpuLossKernels(backend);
        histograms = new CpuHistogramKernels(backend);
        splits = new CpuSplitKernels(backend);
    }

    @Override
    public DenseRows allocateRows(BinLayout layout, int numRows) {
        requireNotNegative(numRows, "rows");
        layout.requireBytes();
        long bytes = CpuByteRows.sizeBytes(layout, numRows);
        String what = "the bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        Path directory = backend.directory();
        if (directory != null) {
            return CpuMappedRows.create(backend, layout, numRows, directory, backend.segmentBytes());
        }
        return backend.allocating(bytes, what, () -> new CpuDenseRows(backend, layout, numRows));
    }

    @Override
    public SparseRows allocateSparseRows(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        requireNotNegative(numRows, "rows");
        SparseBlocks blocks = new SparseBlocks(layout, absentBins, maxStored, numRows);
        CpuSparseRows.requireRoom(maxStored);
        long bytes = CpuSparseRows.sizeBytes(maxStored, numRows);
        String what = "the stored bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        return backend.allocating(bytes, what, () -> new CpuSparseRows(backend, layout, blocks, maxStored, numRows));
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
        long cells = (long) layout.totalBins() * (withCounts ? 3 : 2);
        if (cells > Integer.MAX_VALUE - 8) {
            throw new KernelException(
                    "cpu: a histogram of " + layout.totalBins() + " bins was asked for, " + cells + " numbers; at most "
                            + (Integer.MAX_VALUE - 8) + " fit. Lower maxBins or the number of features.");
        }
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
        histograms.build(rows, gradients, partition, precision, tasks, pool);
    }

    @Override
    public void subtract(HistogramPool pool, List<SubtractTask> tasks) {
        histograms.subtract(pool, tasks);
    }

    @Override
    public List<SplitCandidate> findSplits(
            HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale) {
        return splits.find(pool, tasks, rules, scale);
    }

    @Override
    public int[] partition(BinnedRows rows, RowPartition partition, List<PartitionTask> tasks) {
        CpuRows own = own(rows, CpuRows.class, "rows");
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        requireRows(order.numRows(), own.numRows(), "partition");
        PartitionTask.requireFits(tasks, own);
        return own.move(order, tasks);
    }

    @Override
    public long[] leafSums(Buffer gradients, RowPartition partition, List<RowRange> leaves) {
        CpuPartition order = own(partition, CpuPartition.class, "partition");
        RowRange.requireWithin(leaves, order.numRows());
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
        RowRange.requireWithin(leaves, order.numRows());
        RowRange.requireDisjoint(leaves);
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
        CpuRows.TreeWalk walk = own.walk(tree);
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
}
