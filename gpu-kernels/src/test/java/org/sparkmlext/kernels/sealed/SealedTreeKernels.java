package org.sparkmlext.kernels.sealed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.ReferenceLossKernels;
import org.sparkmlext.kernels.tree.ReferenceTreeKernels;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels;

/** Unseals what a kernel reads, lets the reference compute, seals what it writes. */
final class SealedTreeKernels implements TreeKernels {

    private final SealedBackend backend;

    SealedTreeKernels(SealedBackend backend) {
        this.backend = backend;
    }

    @Override
    public DenseRows allocateRows(BinLayout layout, int numRows) {
        if (!layout.fitsBytes()) {
            throw new IllegalArgumentException(layout + " has a feature of more bins than fit a byte");
        }
        return new SealedRows(backend, layout, numRows);
    }

    @Override
    public SparseRows allocateSparseRows(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        return new SealedRows(backend, layout, numRows).absent(absentBins, maxStored);
    }

    @Override
    public RowPartition allocatePartition(int numRows) {
        return new SealedPartition(backend, numRows);
    }

    @Override
    public HistogramPool allocateHistograms(BinLayout layout, int numSlots, boolean withCounts) {
        return new SealedHistogramPool(backend, layout, numSlots, withCounts);
    }

    @Override
    public double[] maxGradients(PointwiseLoss loss, List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        return ReferenceLossKernels.maxGradients(loss, lossRows(scores, labels, weights));
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
        ReferenceLossKernels.Rows rows = lossRows(scores, labels, weights);
        if (gradients.size() != scores.size()) {
            throw new IllegalArgumentException(
                    gradients.size() + " buffers were given for the gradients of " + scores.size() + " outputs");
        }
        int n = labels.length();
        long[] keys = keys(sampling, rowKeys, n);
        metricSums(metrics, scores, labels, weights, metricSums);
        List<GradientTotals> totals = new ArrayList<>();
        for (int output = 0; output < gradients.size(); output++) {
            long[] values = ReferenceLossKernels.gradients(loss, output, rows, sampling, keys, scale);
            buffer(gradients.get(output), "gradients", n, ElementType.LONG).copyIn(0, values, 0, n);
            totals.add(ReferenceLossKernels.totals(values));
        }
        return totals;
    }

    @Override
    public void metricSums(
            List<RowMetric> metrics, List<Buffer> scores, Buffer labels, @Nullable Buffer weights, long[] sums) {
        long[] own = ReferenceLossKernels.metricSums(metrics, lossRows(scores, labels, weights));
        addAll(own, sums, "metric sums");
    }

    @Override
    public List<GradientTotals> quantize(
            List<double[]> gradients,
            List<double[]> hessians,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> out) {
        if (gradients.size() != out.size() || hessians.size() != out.size()) {
            throw new IllegalArgumentException(gradients.size() + " arrays of gradients and " + hessians.size()
                    + " of hessians were given for " + out.size() + " outputs");
        }
        List<GradientTotals> totals = new ArrayList<>();
        for (int output = 0; output < out.size(); output++) {
            int n = out.get(output).length();
            if (gradients.get(output).length != n || hessians.get(output).length != n) {
                throw new IllegalArgumentException("gradients has " + gradients.get(output).length + " rows, hessians "
                        + hessians.get(output).length + "; needed are " + n);
            }
            long[] values = ReferenceLossKernels.quantize(
                    gradients.get(output), hessians.get(output), sampling, keys(sampling, rowKeys, n), scale);
            buffer(out.get(output), "gradients", n, ElementType.LONG).copyIn(0, values, 0, n);
            totals.add(ReferenceLossKernels.totals(values));
        }
        return totals;
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
        int[] order = partition(partition).order();
        tasks.forEach(task -> requireWithin(task.rows(), order.length));
        float[] s = floats(scores, "scores", order.length);
        float[] y = floats(labels, "labels", order.length);
        ReferenceLossKernels.Rows rows =
                new ReferenceLossKernels.Rows(new float[][] {s}, y, weights(weights, order.length));
        addAll(ReferenceLossKernels.residualCounts(order, rows, weightExponent, tasks), counts, "counts");
    }

    private ReferenceLossKernels.Rows lossRows(List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        int n = scores.isEmpty() ? 0 : scores.get(0).length();
        float[][] all = new float[scores.size()][];
        for (int k = 0; k < all.length; k++) {
            all[k] = floats(scores.get(k), "scores", n);
        }
        return new ReferenceLossKernels.Rows(all, floats(labels, "labels", n), weights(weights, n));
    }

    private long @Nullable [] keys(@Nullable RowSampling sampling, @Nullable Buffer rowKeys, int numRows) {
        if ((sampling == null) != (rowKeys == null)) {
            throw new IllegalArgumentException("sampling and rowKeys go together");
        }
        return rowKeys == null ? null : longs(rowKeys, "rowKeys", numRows);
    }

    private static void addAll(long[] own, long[] sums, String name) {
        if (sums.length != own.length) {
            throw new IllegalArgumentException(
                    "the array of " + name + " has " + sums.length + " longs; needed are " + own.length);
        }
        Arrays.setAll(sums, i -> sums[i] + own[i]);
    }

    @Override
    public void histograms(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            GradientScale.Precision precision,
            List<HistogramTask> tasks,
            HistogramPool pool) {
        SealedRows own = rows(rows);
        SealedHistogramPool target = pool(pool);
        int[] order = partition(partition).order();
        long[] values = longs(gradients, "gradients", own.numRows());
        if (tasks.stream().mapToInt(HistogramTask::slot).distinct().count() < tasks.size()) {
            throw new IllegalArgumentException("a slot stands for two nodes of one call: slots "
                    + tasks.stream().map(task -> "slot " + task.slot()).toList());
        }
        for (HistogramTask task : tasks) {
            requireWithin(task.rows(), order.length);
            int[] node =
                    Arrays.copyOfRange(order, task.rows().begin(), task.rows().end());
            long[] sums = ReferenceTreeKernels.histogram(own, values, node, precision, target.hasCounts());
            target.copyIn(task.slot(), sums, 0);
        }
    }

    @Override
    public void subtract(HistogramPool pool, List<SubtractTask> tasks) {
        SealedHistogramPool own = pool(pool);
        for (SubtractTask task : tasks) {
            long[] sibling = own.get(task.parent());
            long[] child = own.get(task.child());
            for (int i = 0; i < sibling.length; i++) {
                sibling[i] -= child[i];
            }
            own.copyIn(task.sibling(), sibling, 0);
        }
    }

    @Override
    public List<SplitCandidate> findSplits(
            HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale) {
        SealedHistogramPool own = pool(pool);
        if (rules.minDataInLeaf() > 1 && !own.hasCounts()) {
            throw new IllegalArgumentException(
                    "minDataInLeaf is " + rules.minDataInLeaf() + ", but the pool has no counts");
        }
        List<SplitCandidate> best = new ArrayList<>();
        for (SplitTask task : tasks) {
            int previous = -1;
            for (int feature : task.features()) {
                if (feature <= previous) {
                    throw new IllegalArgumentException(
                            "features " + Arrays.toString(task.features()) + " do not ascend");
                }
                previous = Objects.checkIndex(feature, own.layout().numFeatures());
            }
            best.add(ReferenceTreeKernels.findSplit(
                    own.layout(), own.get(task.slot()), own.hasCounts(), task.features(), rules, scale));
        }
        return best;
    }

    @Override
    public int[] partition(BinnedRows rows, RowPartition partition, List<PartitionTask> tasks) {
        SealedRows own = rows(rows);
        SealedPartition target = partition(partition);
        int[] order = target.order();
        requireDisjoint(tasks.stream().map(PartitionTask::rows).toList(), order.length);
        int[] numLeft = new int[tasks.size()];
        for (int i = 0; i < numLeft.length; i++) {
            numLeft[i] = ReferenceTreeKernels.partition(own, order, tasks.get(i));
            RowRange range = tasks.get(i).rows();
            target.setOrder(order, range.begin(), range.end());
        }
        return numLeft;
    }

    @Override
    public long[] leafSums(Buffer gradients, RowPartition partition, List<RowRange> leaves) {
        int[] order = partition(partition).order();
        long[] values = longs(gradients, "gradients", order.length);
        long[] sums = new long[2 * leaves.size()];
        for (int i = 0; i < leaves.size(); i++) {
            requireWithin(leaves.get(i), order.length);
            System.arraycopy(ReferenceTreeKernels.leafSum(values, order, leaves.get(i)), 0, sums, 2 * i, 2);
        }
        return sums;
    }

    @Override
    public void addLeafValues(RowPartition partition, List<RowRange> leaves, float[] values, Buffer scores) {
        int[] order = partition(partition).order();
        requireDisjoint(leaves, order.length);
        if (values.length != leaves.size()) {
            throw new IllegalArgumentException(values.length + " values were given for " + leaves.size() + " leaves");
        }
        SealedBuffer target = buffer(scores, "scores", order.length, ElementType.FLOAT);
        for (int leaf = 0; leaf < values.length; leaf++) {
            for (int i = leaves.get(leaf).begin(); i < leaves.get(leaf).end(); i++) {
                target.setFloat(order[i], target.getFloat(order[i]) + values[leaf]);
            }
        }
    }

    @Override
    public void addTree(BinnedRows rows, BinTree tree, Buffer scores) {
        SealedRows own = rows(rows);
        SealedBuffer target = buffer(scores, "scores", own.numRows(), ElementType.FLOAT);
        for (int row = 0; row < own.numRows(); row++) {
            target.setFloat(row, target.getFloat(row) + ReferenceTreeKernels.treeValue(own, tree, row));
        }
    }

    private float @Nullable [] weights(@Nullable Buffer weights, int numRows) {
        return weights == null ? null : floats(weights, "weights", numRows);
    }

    private float[] floats(Buffer buffer, String name, int numRows) {
        float[] values = new float[numRows];
        buffer(buffer, name, numRows, ElementType.FLOAT).copyOut(0, values, 0, numRows);
        return values;
    }

    private long[] longs(Buffer buffer, String name, int numRows) {
        long[] values = new long[numRows];
        buffer(buffer, name, numRows, ElementType.LONG).copyOut(0, values, 0, numRows);
        return values;
    }

    private SealedBuffer buffer(Buffer buffer, String name, int numRows, ElementType type) {
        if (!(buffer instanceof SealedBuffer own) || own.memory.owner() != backend) {
            throw foreign(name, buffer);
        }
        own.memory.requireOpen();
        if (own.length() != numRows || own.type() != type) {
            throw new IllegalArgumentException(name + " has " + own.length() + " rows of " + own.type()
                    + "; needed are " + numRows + " of " + type);
        }
        return own;
    }

    private SealedRows rows(BinnedRows rows) {
        if (!(rows instanceof SealedRows own) || own.memory.owner() != backend) {
            throw foreign("rows", rows);
        }
        own.memory.requireOpen();
        return own;
    }

    private SealedPartition partition(RowPartition partition) {
        if (!(partition instanceof SealedPartition own) || own.memory.owner() != backend) {
            throw foreign("partition", partition);
        }
        own.memory.requireOpen();
        return own;
    }

    private SealedHistogramPool pool(HistogramPool pool) {
        if (!(pool instanceof SealedHistogramPool own) || own.memory.owner() != backend) {
            throw foreign("pool", pool);
        }
        own.memory.requireOpen();
        return own;
    }

    private static IllegalArgumentException foreign(String name, Object resource) {
        return new IllegalArgumentException(
                name + " (" + resource + ") belong to another back end than this sealed one");
    }

    private static void requireWithin(RowRange range, int numRows) {
        if (range.end() > numRows) {
            throw new IllegalArgumentException("row range [" + range.begin() + ", " + range.end()
                    + ") goes beyond the partition of " + numRows + " rows");
        }
    }

    private static void requireDisjoint(List<RowRange> ranges, int numRows) {
        boolean[] isTaken = new boolean[numRows];
        for (RowRange range : ranges) {
            requireWithin(range, numRows);
            for (int i = range.begin(); i < range.end(); i++) {
                if (isTaken[i]) {
                    throw new IllegalArgumentException("ranges of one call overlap at position " + i);
                }
                isTaken[i] = true;
            }
        }
    }
}
