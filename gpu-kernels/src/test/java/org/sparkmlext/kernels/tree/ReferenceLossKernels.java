package org.sparkmlext.kernels.tree;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.TreeKernels.ResidualTask;

/**
 * The kernels of losses and metrics written down naively from their contract: one row at a time, sums checked for overflow,
 * terms cut into limbs in decimal arithmetic.
 */
public final class ReferenceLossKernels {

    private static final BigDecimal CAP = BigDecimal.valueOf(2).pow(80);
    private static final BigDecimal LIMB = BigDecimal.valueOf(1L << 32);

    private ReferenceLossKernels() {}

    /**
     * The rows of a shard.
     *
     * @param scores {@code [output][row]}
     */
    public record Rows(float[][] scores, float[] labels, float @Nullable [] weights) {

        int size() {
            return labels.length;
        }

        double weight(int row) {
            return weights == null ? 1 : weights[row];
        }

        float[] scoresOf(int row) {
            float[] own = new float[scores.length];
            for (int k = 0; k < own.length; k++) {
                own[k] = scores[k][row];
            }
            return own;
        }

        /** Weighted {@code {gradient, hessian}} of one output. */
        double[] gradient(PointwiseLoss loss, int output, int row) {
            double[] both = ReferenceLosses.gradient(loss, output, scoresOf(row), labels[row]);
            return new double[] {both[0] * weight(row), both[1] * weight(row)};
        }
    }

    /** {@code {max |gradient|, max hessian}}. */
    public static double[] maxGradients(PointwiseLoss loss, Rows rows) {
        loss.requireOutputs(rows.scores().length);
        double[] max = new double[2];
        for (int r = 0; r < rows.size(); r++) {
            for (int output = 0; output < rows.scores().length; output++) {
                double[] both = rows.gradient(loss, output, r);
                max[0] = Math.max(max[0], Math.abs(both[0]));
                max[1] = Math.max(max[1], both[1]);
            }
        }
        return max;
    }

    /** The fixed-point gradient and hessian of every row of one output. */
    public static long[] gradients(
            PointwiseLoss loss,
            int output,
            Rows rows,
            @Nullable RowSampling sampling,
            long @Nullable [] rowKeys,
            GradientScale scale) {
        loss.requireOutputs(rows.scores().length);
        long[] out = new long[rows.size()];
        for (int r = 0; r < out.length; r++) {
            boolean isIn = sampling == null || sampling.contains(rowKeys[r]);
            if (isIn && rows.weight(r) > 0) {
                double[] both = rows.gradient(loss, output, r);
                out[r] = pack(both[0], both[1], scale);
            }
        }
        return out;
    }

    /** As {@link #gradients}, of given values. */
    public static long[] quantize(
            double[] gradients,
            double[] hessians,
            @Nullable RowSampling sampling,
            long @Nullable [] rowKeys,
            GradientScale scale) {
        long[] out = new long[gradients.length];
        for (int r = 0; r < out.length; r++) {
            boolean isIn = sampling == null || sampling.contains(rowKeys[r]);
            if (isIn && (gradients[r] != 0 || hessians[r] != 0)) {
                out[r] = pack(gradients[r], hessians[r], scale);
            }
        }
        return out;
    }

    private static long pack(double gradient, double hessian, GradientScale scale) {
        long g = fixed(gradient, scale.gradientExponent());
        long h = Math.max(1, fixed(hessian, scale.hessianExponent()));
        return (g << 32) + h;
    }

    private static long fixed(double value, int exponent) {
        double scaled = Math.rint(Math.scalb(value, exponent));
        return (long) Math.min(Math.max(scaled, -GradientScale.MAX_FIXED), GradientScale.MAX_FIXED);
    }

    /** Sums of fixed-point gradients. */
    public static GradientTotals totals(long[] gradients) {
        long g = 0;
        long absolute = 0;
        long h = 0;
        long count = 0;
        for (long gradient : gradients) {
            g = Math.addExact(g, ReferenceTreeKernels.g(gradient));
            absolute = Math.addExact(absolute, Math.abs(ReferenceTreeKernels.g(gradient)));
            h = Math.addExact(h, ReferenceTreeKernels.h(gradient));
            count += ReferenceTreeKernels.h(gradient) > 0 ? 1 : 0;
        }
        return new GradientTotals(g, absolute, h, count);
    }

    /** Limbs of the metrics and of the weights. */
    public static long[] metricSums(List<RowMetric> metrics, Rows rows) {
        metrics.forEach(metric -> metric.requireOutputs(rows.scores().length));
        long[] sums = new long[MetricSums.length(metrics)];
        for (int r = 0; r < rows.size(); r++) {
            double w = rows.weight(r);
            if (w > 0) {
                for (int m = 0; m < metrics.size(); m++) {
                    double value = ReferenceLosses.metric(metrics.get(m), rows.scoresOf(r), rows.labels()[r]);
                    addLimbs(w * Math.max(value, 0), sums, m * MetricSums.LIMBS);
                }
                addLimbs(w, sums, metrics.size() * MetricSums.LIMBS);
            }
        }
        return sums;
    }

    /** The limbs of one term, by division with remainder. */
    static void addLimbs(double term, long[] sums, int at) {
        boolean isFinite = Math.abs(term) < Double.POSITIVE_INFINITY;
        BigDecimal rest = isFinite ? new BigDecimal(term).min(CAP) : CAP;
        BigDecimal unit = BigDecimal.valueOf(1L << 48);
        for (int limb = 0; limb < MetricSums.LIMBS; limb++) {
            boolean isLast = limb == MetricSums.LIMBS - 1;
            BigDecimal whole = rest.divide(unit, 0, isLast ? RoundingMode.HALF_EVEN : RoundingMode.DOWN);
            sums[at + limb] = Math.addExact(sums[at + limb], whole.longValueExact());
            rest = rest.subtract(whole.multiply(unit));
            unit = unit.divide(LIMB);
        }
    }

    /** Counts of digits of residual keys, all tasks after one another. */
    public static long[] residualCounts(int[] order, Rows rows, int weightExponent, List<ResidualTask> tasks) {
        int length = tasks.stream().mapToInt(task -> 1 << task.digitBits()).sum();
        long[] counts = new long[length];
        int offset = 0;
        for (ResidualTask task : tasks) {
            for (int i = task.rows().begin(); i < task.rows().end(); i++) {
                int r = order[i];
                String key = binaryKey(rows.labels()[r] - rows.scores()[0][r]);
                String prefix = binary(task.prefix()).substring(32 - task.prefixBits());
                if (key.startsWith(prefix) && rows.weight(r) > 0) {
                    String digit = key.substring(task.prefixBits(), task.prefixBits() + task.digitBits());
                    int index = offset + Integer.parseInt(digit, 2);
                    counts[index] =
                            Math.addExact(counts[index], (long) Math.rint(Math.scalb(rows.weight(r), weightExponent)));
                }
            }
            offset += 1 << task.digitBits();
        }
        return counts;
    }

    /** The 32 bits of a key: a positive number's with the sign turned to 1, a negative one's all turned. */
    private static String binaryKey(float residual) {
        int bits = Float.floatToIntBits(residual == 0 ? 0f : residual);
        return binary(bits >= 0 ? bits | Integer.MIN_VALUE : ~bits);
    }

    private static String binary(int bits) {
        String digits = Integer.toBinaryString(bits);
        return "0".repeat(Integer.SIZE - digits.length()) + digits;
    }
}
