package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.RowSampling;

/** Turns gradients and hessians into fixed point, and sums them. */
final class GradientWriter {

    /** Sums of one output: g, |g|, h, rows. */
    static final int TOTALS = 4;

    private static final double ROUNDER = 0x1.8p52;

    private final double gradientFactor;
    private final double hessianFactor;
    private final float @Nullable [] weights;
    private final @Nullable RowSampling sampling;
    private final long @Nullable [] rowKeys;
    private final boolean isZeroWeightless;

    /** @param isZeroWeightless whether a row with {@code g = h = 0} stands for one of weight 0 */
    GradientWriter(
            GradientScale scale,
            float @Nullable [] weights,
            @Nullable RowSampling sampling,
            long @Nullable [] rowKeys,
            boolean isZeroWeightless) {
        gradientFactor = Math.scalb(1.0, scale.gradientExponent());
        hessianFactor = Math.scalb(1.0, scale.hessianExponent());
        this.weights = weights;
        this.sampling = sampling;
        this.rowKeys = rowKeys;
        this.isZeroWeightless = isZeroWeightless;
    }

    /**
     * Writes rows {@code [begin, begin + count)} of {@code out}, given from index {@code from} of the arrays, and adds to the
     * totals at {@code at}.
     */
    void write(
            double[] gradients, double[] hessians, int from, int begin, int count, long[] out, long[] totals, int at) {
        if (weights == null && sampling == null && !isZeroWeightless) {
            writeAll(gradients, hessians, from, begin, count, out, totals, at);
        } else {
            writeSome(gradients, hessians, from, begin, count, out, totals, at);
        }
    }

    /** Every row counts, with weight 1: the common case, without a branch. */
    private void writeAll(
            double[] gradients, double[] hessians, int from, int begin, int count, long[] out, long[] totals, int at) {
        // Sums in registers: in the array they would be written every row.
        long gradientSum = 0;
        long absoluteSum = 0;
        long hessianSum = 0;
        for (int i = 0; i < count; i++) {
            int g = fixed(gradients[from + i] * gradientFactor);
            int h = Math.max(1, fixed(hessians[from + i] * hessianFactor));
            out[begin + i] = ((long) g << 32) | h;
            gradientSum += g;
            absoluteSum += Math.abs(g);
            hessianSum += h;
        }
        totals[at] += gradientSum;
        totals[at + 1] += absoluteSum;
        totals[at + 2] += hessianSum;
        totals[at + 3] += count;
    }

    private void writeSome(
            double[] gradients, double[] hessians, int from, int begin, int count, long[] out, long[] totals, int at) {
        long gradientSum = 0;
        long absoluteSum = 0;
        long hessianSum = 0;
        long rows = 0;
        for (int i = 0; i < count; i++) {
            int row = begin + i;
            double gradient = gradients[from + i];
            double hessian = hessians[from + i];
            double w = weights == null ? 1.0 : weights[row];
            boolean isInBag = sampling == null || rowKeys == null || sampling.contains(rowKeys[row]);
            boolean hasWeight = w > 0 && !(isZeroWeightless && gradient == 0 && hessian == 0);
            if (!isInBag || !hasWeight) {
                out[row] = 0;
                continue;
            }
            int g = fixed((gradient * w) * gradientFactor);
            int h = Math.max(1, fixed((hessian * w) * hessianFactor));
            out[row] = ((long) g << 32) | h;
            gradientSum += g;
            absoluteSum += Math.abs(g);
            hessianSum += h;
            rows++;
        }
        totals[at] += gradientSum;
        totals[at + 1] += absoluteSum;
        totals[at + 2] += hessianSum;
        totals[at + 3] += rows;
    }

    private static int fixed(double scaled) {
        if (!(Math.abs(scaled) <= GradientScale.MAX_FIXED)) {
            return saturated(scaled);
        }
        // The sum has the whole number nearest to the value, ties to even, in its low bits.
        return (int) Double.doubleToRawLongBits(scaled + ROUNDER);
    }

    /** A value above the maximum that the scale was made for must not spill into its neighbour. */
    private static int saturated(double scaled) {
        if (Double.isNaN(scaled)) {
            return 0;
        }
        return scaled > 0 ? GradientScale.MAX_FIXED : -GradientScale.MAX_FIXED;
    }
}
