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
        // Sums in registers: in the array they would be written every row, beside those of other threads.
        long gradientSum = 0;
        long absoluteSum = 0;
        long hessianSum = 0;
        long count = 0;
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
            gradientSum += g;
            absoluteSum += Math.abs(g);
            hessianSum += h;
            count++;
        }
        totals[0] += gradientSum;
        totals[1] += absoluteSum;
        totals[2] += hessianSum;
        totals[3] += count;
    }

    private static int fixed(double scaled) {
        // Saturates: a value above the maximum that the scale was made for must not spill into its neighbour.
        // The cast saturates at the ends of int and turns NaN into 0, so the clamp may be one of integers.
        int value = (int) Math.rint(scaled);
        return Math.max(-GradientScale.MAX_FIXED, Math.min(GradientScale.MAX_FIXED, value));
    }

    /** Adds rows {@code [begin, end)} to {@code sums}, {@code {loss, wrong class, weight}}. */
    void metricSums(int begin, int end, int exponent, long[] sums) {
        double factor = Math.scalb(1.0, exponent);
        long lossSum = 0;
        long wrongSum = 0;
        long weightSum = 0;
        for (int r = begin; r < end; r++) {
            double w = weight(r);
            double s = scores[r];
            double y = labels[r];
            double loss = FixedMath.softplus(s) - y * s;
            // A NaN stays one, as Math.min would have it.
            loss = loss > TreeKernels.MAX_ROW_LOSS ? TreeKernels.MAX_ROW_LOSS : loss;
            long weight = (long) Math.rint(w * factor);
            lossSum += (long) Math.rint((w * loss) * factor);
            wrongSum += (s > 0) != (y > 0.5) ? weight : 0;
            weightSum += weight;
        }
        sums[0] += lossSum;
        sums[1] += wrongSum;
        sums[2] += weightSum;
    }
}
