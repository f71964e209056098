package org.sparkmlext.kernels.cuda;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
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

/** The boosting kernels on a GPU: checks what it is given, cuts the work into blocks, launches them. */
final class CudaTreeKernels implements TreeKernels {

    private static final String FILE = "rows";
    private static final int THREADS = CudaRows.THREADS;
    /** Positions of a block that sums. */
    private static final int SUM_PIECE = 8192;
    /** Arrays of a tree. */
    private static final int TREE_ARRAYS = 6;

    /**
     * Nodes of a call: its dozen launches and copies take the host some 0.2 ms, a small node's kernels less than a tenth of that. More would
     * divide many nodes that a leaf-wise tree never gets to.
     */
    private static final int NODES_AT_ONCE = 8;

    private final CudaDevice device;
    private final CudaOwnership ownership;
    private final CudaLossKernels losses;
    private final CudaHistogramKernels histograms;
    private final CudaSplitKernels splits;
    private final CudaScratch lists;
    private final CudaScratch values;
    private final CudaScratch sums;

    CudaTreeKernels(CudaDevice device) {
        this.device = device;
        ownership = new CudaOwnership(device);
        losses = new CudaLossKernels(device);
        histograms = new CudaHistogramKernels(device);
        splits = new CudaSplitKernels(device);
        lists = new CudaScratch(device, "a list of leaves");
        values = new CudaScratch(device, "a list of leaves");
        sums = new CudaScratch(device, "sums over leaves");
    }

    @Override
    public int nodesAtOnce() {
        return NODES_AT_ONCE;
    }

    @Override
    public DenseRows allocateRows(BinLayout layout, int numRows) {
        requireNotNegative(numRows, "rows");
        layout.requireBytes();
        return new CudaDenseRows(device, layout, numRows);
    }

    @Override
    public SparseRows allocateSparseRows(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        requireNotNegative(numRows, "rows");
        SparseBlocks blocks = new SparseBlocks(layout, absentBins, maxStored, numRows);
        return new CudaSparseRows(device, layout, blocks, maxStored, numRows);
    }

    @Override
    public RowPartition allocatePartition(int numRows) {
        requireNotNegative(numRows, "rows");
        return new CudaPartition(device, numRows);
    }

    @Override
    public HistogramPool allocateHistograms(BinLayout layout, int numSlots, boolean withCounts) {
        requireNotNegative(numSlots, "slots");
        return new CudaHistogramPool(device, layout, numSlots, withCounts);
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
        CudaPartition order = ownership.own(partition, CudaPartition.class, "partition");
        int numRows = order.numRows();
        List<RowRange> ranges = tasks.stream().map(ResidualTask::rows).toList();
        RowRange.requireWithin(ranges, numRows);
        ResidualTask.requireLength(tasks, counts);
        DeviceMemory ofScores = ownership.floats(scores, "scores", numRows);
        DeviceMemory ofLabels = ownership.floats(labels, "labels", numRows);
        DeviceMemory ofWeights = ownership.optionalFloats(weights, "weights", numRows);
        Pieces pieces = Pieces.of(ranges, SUM_PIECE);
        if (pieces.count() == 0) {
            return;
        }
        DeviceMemory target = sums.zeros((long) counts.length * Long.BYTES);
        device.kernel(FILE, "residual_counts")
                .launch(
                        Grid.of(pieces.count(), THREADS),
                        order.order(),
                        ofScores,
                        ofLabels,
                        ofWeights,
                        Math.scalb(1.0, weightExponent),
                        lists.of(pieces.values()),
                        pieces.count(),
                        values.of(codes(tasks)),
                        target);
        long[] added = new long[counts.length];
        target.copyOut(0, added, 0, added.length);
        for (int i = 0; i < added.length; i++) {
            counts[i] += added[i];
        }
    }

    private static int[] codes(List<ResidualTask> tasks) {
        int[] offsets = ResidualTask.offsets(tasks);
        int[] codes = new int[4 * tasks.size()];
        for (int t = 0; t < tasks.size(); t++) {
            codes[4 * t] = tasks.get(t).prefix();
            codes[4 * t + 1] = tasks.get(t).prefixBits();
            codes[4 * t + 2] = tasks.get(t).digitBits();
            codes[4 * t + 3] = offsets[t];
        }
        return codes;
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
        CudaRows own = ownership.own(rows, CudaRows.class, "rows");
        CudaPartition order = ownership.own(partition, CudaPartition.class, "partition");
        CudaOwnership.requireRows(order.numRows(), own.numRows(), "partition");
        PartitionTask.requireFits(tasks, own);
        own.requireComplete();
        return order.move(own, tasks);
    }

    @Override
    public long[] leafSums(Buffer gradients, RowPartition partition, List<RowRange> leaves) {
        CudaPartition order = ownership.own(partition, CudaPartition.class, "partition");
        RowRange.requireWithin(leaves, order.numRows());
        DeviceMemory ofRows = ownership.longs(gradients, "gradients", order.numRows());
        long[] result = new long[2 * leaves.size()];
        Pieces pieces = Pieces.of(leaves, SUM_PIECE);
        if (pieces.count() > 0) {
            DeviceMemory target = sums.zeros((long) result.length * Long.BYTES);
            device.kernel(FILE, "leaf_sums")
                    .launch(
                            Grid.of(pieces.count(), THREADS),
                            ofRows,
                            order.order(),
                            lists.of(pieces.values()),
                            pieces.count(),
                            target);
            target.copyOut(0, result, 0, result.length);
        }
        return result;
    }

    @Override
    public void addLeafValues(RowPartition partition, List<RowRange> leaves, float[] leafValues, Buffer scores) {
        CudaPartition order = ownership.own(partition, CudaPartition.class, "partition");
        RowRange.requireWithin(leaves, order.numRows());
        RowRange.requireDisjoint(leaves);
        if (leafValues.length != leaves.size()) {
            throw new IllegalArgumentException(
                    leafValues.length + " values were given for " + leaves.size() + " leaves");
        }
        DeviceMemory target = ownership.floats(scores, "scores", order.numRows());
        int count = leaves.size();
        int[] ranges = new int[2 * count + 1];
        int[] bits = new int[count];
        for (int leaf = 0; leaf < count; leaf++) {
            ranges[leaf] = leaves.get(leaf).begin();
            ranges[count + leaf + 1] = ranges[count + leaf] + leaves.get(leaf).numRows();
            bits[leaf] = Float.floatToRawIntBits(leafValues[leaf]);
        }
        int numRows = ranges[2 * count];
        if (numRows > 0) {
            device.kernel(FILE, "add_leaf_values")
                    .launch(
                            Grid.covering(numRows, THREADS, THREADS),
                            order.order(),
                            lists.of(ranges),
                            values.of(bits),
                            count,
                            target);
        }
    }

    @Override
    public void addTree(BinnedRows rows, BinTree tree, Buffer scores) {
        CudaRows own = ownership.own(rows, CudaRows.class, "rows");
        DeviceMemory target = ownership.floats(scores, "scores", own.numRows());
        own.requireComplete();
        if (own.numRows() > 0) {
            own.addTree(lists.of(arrays(tree)), tree.numNodes(), target);
        }
    }

    private static int[] arrays(BinTree tree) {
        int n = tree.numNodes();
        int[] arrays = new int[TREE_ARRAYS * n];
        for (int node = 0; node < n; node++) {
            arrays[node] = tree.features()[node];
            arrays[n + node] = tree.bins()[node];
            arrays[2 * n + node] = tree.isMissingLeft()[node] ? 1 : 0;
            arrays[3 * n + node] = tree.left()[node];
            arrays[4 * n + node] = tree.right()[node];
            arrays[5 * n + node] = Float.floatToRawIntBits(tree.values()[node]);
        }
        return arrays;
    }

    private static void requireNotNegative(int count, String what) {
        if (count < 0) {
            throw new IllegalArgumentException("number of " + what + " is " + count + "; it must be at least 0");
        }
    }
}
