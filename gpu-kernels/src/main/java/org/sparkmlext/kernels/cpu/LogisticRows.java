package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * Loops over rows for {@link org.sparkmlext.kernels.tree.PointwiseLoss#LOGISTIC}. Weights absent means 1, which leaves
 * every product as it is.
 */
final class LogisticRows {

    private final float[] scores;
    private final float[] labels;
    private final float @Nullable [] weights;

    LogisticRows(float[] scores, float[] labels, float @Nullable [] weights) {
        this.scores = scores;
        this.labels = labels;
        this.weights = weights;
    }

    private double weight(int row) {
        return weights == null ? 1.0 : weights[row];
    }

    /** Raises {@code maxima}, {@code {|g|, h}}, to those of rows {@code [begin, end)}. NaN prevails. */
    void maxGradients(int begin, int end, double[] maxima) {
        double maxGradient = maxima[0];
        double maxHessian = maxima[1];
        for (int r = begin; r < end; r++) {
            double w = weight(r);
            double p = FixedMath.sigmoid(scores[r]);
            maxGradient = Math.max(maxGradient, Math.abs((p - labels[r]) * w));
            maxHessian = Math.max(maxHessian, (p * (1.0 - p)) * w);
        }
        maxima[0] = maxGradient;
        maxima[1] = maxHessian;
    }

    /** Writes rows {@code [begin, end)} of {@code out} and adds to {@code totals}, {@code {g, |g|, h, count}}. */
    void gradients(
            int begin,
            int end,
            GradientScale scale,
            @Nullable RowSampling sampling,
            long @Nullable [] rowKeys,
            long[] out,
            long[] totals) {
        double gradientFactor = Math.scalb(1.0, scale.gradientExponent());
        double hessianFactor = Math.scalb(1.0, scale.hessianExponent());
        for (int r = begin; r < end; r++) {
            double w = weight(r);
            boolean isIn = sampling == null || rowKeys == null || sampling.contains(rowKeys[r]);
            if (!isIn || !(w > 0)) {
                out[r] = 0;
                continue;
            }
            double p = FixedMath.sigmoid(scores[r]);
            int g = fixed(((p - labels[r]) * w) * gradientFactor);
            int h = Math.max(1, fixed(((p * (1.0 - p)) * w) * hessianFactor));
            out[r] = ((long) g << 32) | h;
            totals[0] += g;
            totals[1] += Math.abs(g);
            totals[2] += h;
            totals[3]++;
        }
    }

    private static int fixed(double scaled) {
        // Saturates: a value above the maximum that the scale was made for must not spill into its neighbour.
        return (int) Math.max(-GradientScale.MAX_FIXED, Math.min(GradientScale.MAX_FIXED, Math.rint(scaled)));
    }

    /** Adds rows {@code [begin, end)} to {@code sums}, {@code {loss, wrong class, weight}}. */
    void metricSums(int begin, int end, int exponent, long[] sums) {
        double factor = Math.scalb(1.0, exponent);
        for (int r = begin; r < end; r++) {
            double w = weight(r);
            double s = scores[r];
            double y = labels[r];
            double loss = Math.min(FixedMath.softplus(s) - y * s, TreeKernels.MAX_ROW_LOSS);
            long weight = (long) Math.rint(w * factor);
            sums[0] += (long) Math.rint((w * loss) * factor);
            sums[1] += (s > 0) != (y > 0.5) ? weight : 0;
            sums[2] += weight;
        }
    }
}
