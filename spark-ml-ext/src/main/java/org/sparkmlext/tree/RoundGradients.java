package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.OpenResources;
import org.sparkmlext.training.Worker;

/** The gradients of a rank's training rows, one buffer an output, computed anew each round. */
final class RoundGradients implements AutoCloseable {

    /** Totals of an output that the choice of precision needs. */
    private static final int TOTALS = 3;
    /** Of a gradient's 30 bits, coarse histograms keep 15; a mean below this many units would lose small rows. */
    private static final long COARSE_MIN_MEAN = 1L << 22;

    private final BoostingSettings settings;
    private final Worker worker;
    private final MetricPlan plan;
    private final RowStatistics statistics;
    private final DeviceRows rows;
    private final @Nullable Buffer rowKeys;
    private final @Nullable CustomLoss customLoss;
    private final OpenResources held = new OpenResources();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<GradientScale> scales = new ArrayList<>();

    /**
     * @param rows owned by the caller
     * @param rowKeys for sampling, owned by the caller; null where all rows are in every bag
     */
    RoundGradients(
            BoostingSettings settings,
            Worker worker,
            MetricPlan plan,
            RowStatistics statistics,
            DeviceRows rows,
            @Nullable Buffer rowKeys,
            @Nullable CustomLoss customLoss) {
        this.settings = settings;
        this.worker = worker;
        this.plan = plan;
        this.statistics = statistics;
        this.rows = rows;
        this.rowKeys = rowKeys;
        this.customLoss = customLoss;
        try {
            for (int output = 0; output < rows.scores.size(); output++) {
                buffers.add(held.add(worker.backend().allocate(ElementType.LONG, rows.numRows())));
            }
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    /** The gradients of an output. */
    Buffer buffer(int output) {
        return buffers.get(output);
    }

    /** Longs of {@link #compute}'s totals. */
    int totalsLength() {
        return TOTALS * buffers.size();
    }

    /**
     * Computes the gradients of all outputs. Collective where a loss has no bound.
     *
     * @param withMetrics whether to measure the metrics of the scores as they are
     * @param sums receives the metrics as {@link MetricPlan} lays out a set's, from 0
     * @param totals receives what {@link #scales} needs, to be summed over ranks, from {@code totalsFrom}
     */
    void compute(int round, boolean withMetrics, long[] sums, long[] totals, int totalsFrom) {
        RowSampling sampling = rowKeys == null
                ? null
                : RowSampling.of(RowSampling.mix(settings.seed() * 31 + round), settings.subsamplingRate());
        scales.clear();
        for (int g = 0; g < plan.groups().size(); g++) {
            OutputGroup group = plan.groups().get(g);
            List<GradientTotals> local = compute(round, group, sampling, withMetrics, sums, plan.groupStart(g));
            for (int i = 0; i < local.size(); i++) {
                int at = totalsFrom + TOTALS * (group.firstOutput() + i);
                totals[at] = local.get(i).absoluteGradient();
                totals[at + 1] = local.get(i).hessian();
                totals[at + 2] = local.get(i).count();
            }
        }
    }

    private List<GradientTotals> compute(
            int round,
            OutputGroup group,
            @Nullable RowSampling sampling,
            boolean withMetrics,
            long[] sums,
            int sumsFrom) {
        List<Buffer> scores = group.of(rows.scores);
        PointwiseLoss loss = group.loss();
        if (loss == null) {
            if (withMetrics) {
                // Of a user's own loss the kernels know the weights alone.
                long[] weightSums = new long[MetricSums.LIMBS];
                kernels().metricSums(List.of(), scores, rows.labels, rows.weights, weightSums);
                System.arraycopy(weightSums, 0, sums, sumsFrom, weightSums.length);
            }
            return computeCustom(round, group, sampling);
        }
        double[] maxima = maxima(round, loss, group, scores);
        GradientScale coarse = GradientScale.of(maxima[0], maxima[1], GradientScale.Precision.COARSE);
        scales.addAll(Collections.nCopies(group.numOutputs(), coarse));
        List<RowMetric> metrics = withMetrics ? group.rowMetrics() : List.<RowMetric>of();
        long[] groupSums = new long[MetricSums.length(metrics)];
        List<GradientTotals> totals = kernels()
                .gradients(
                        loss,
                        scores,
                        rows.labels,
                        rows.weights,
                        sampling,
                        rowKeys,
                        coarse,
                        group.of(buffers),
                        metrics,
                        groupSums);
        if (withMetrics) {
            System.arraycopy(groupSums, 0, sums, sumsFrom, groupSums.length);
        }
        return totals;
    }

    private List<GradientTotals> computeCustom(int round, OutputGroup group, @Nullable RowSampling sampling) {
        CustomLoss custom = Objects.requireNonNull(customLoss, "a group without loss needs a user's own");
        double[] maxima =
                overRanks(round, custom.compute(round, group.of(rows.scores).get(0)));
        GradientScale coarse = GradientScale.of(maxima[0], maxima[1], GradientScale.Precision.COARSE);
        scales.add(coarse);
        return kernels().quantize(custom.gradients(), custom.hessians(), sampling, rowKeys, coarse, group.of(buffers));
    }

    /** Bounds of gradient and hessian: from the loss alone where it has some, else from all rows. */
    private double[] maxima(int round, PointwiseLoss loss, OutputGroup group, List<Buffer> scores) {
        double w = statistics.maxWeight();
        double classes = group.numOutputs();
        return switch (loss.kind()) {
            case LOGISTIC -> new double[] {w, w / 4};
            case SOFTMAX -> new double[] {w, w * (classes / (classes - 1)) / 4};
            case ABSOLUTE -> new double[] {w, w};
            case HUBER -> new double[] {w * loss.parameter(), w};
            case QUANTILE -> new double[] {w * Math.max(loss.parameter(), 1 - loss.parameter()), w};
            case SQUARED, POISSON, GAMMA, TWEEDIE ->
                overRanks(round, kernels().maxGradients(loss, scores, rows.labels, rows.weights));
        };
    }

    private double[] overRanks(int round, double[] maxima) {
        // Numbers of at least 0 order as their bits do, with infinity and NaN above them all.
        long[] bits = {Double.doubleToLongBits(maxima[0]), Double.doubleToLongBits(maxima[1])};
        worker.collective().max(bits, 0, bits.length);
        double[] max = {Double.longBitsToDouble(bits[0]), Double.longBitsToDouble(bits[1])};
        if (!Double.isFinite(max[0]) || !Double.isFinite(max[1])) {
            throw new InvalidTrainingDataException("in round " + round + " the largest gradient is " + max[0]
                    + " and the largest hessian " + max[1] + ": the scores have left the range of numbers. Scale the"
                    + " labels down, look for outliers among labels and base margins, or lower learningRate.");
        }
        return max;
    }

    /**
     * The scale of each output's gradients, with the histogram precision that their totals over all ranks allow.
     *
     * @param totals of {@link #compute}, summed over ranks
     */
    List<GradientScale> scales(long[] totals, int from) {
        List<GradientScale> chosen = new ArrayList<>(scales.size());
        for (int output = 0; output < scales.size(); output++) {
            int at = from + TOTALS * output;
            GradientScale coarse = scales.get(output);
            long count = Math.max(1, totals[at + 2]);
            boolean isCoarseEnough = totals[at] / count >= COARSE_MIN_MEAN && totals[at + 1] / count >= COARSE_MIN_MEAN;
            chosen.add(
                    isCoarseEnough
                            ? coarse
                            : new GradientScale(
                                    coarse.gradientExponent(), coarse.hessianExponent(), GradientScale.Precision.FINE));
        }
        return chosen;
    }

    private TreeKernels kernels() {
        return worker.backend().trees();
    }

    @Override
    public void close() {
        held.close();
    }
}
