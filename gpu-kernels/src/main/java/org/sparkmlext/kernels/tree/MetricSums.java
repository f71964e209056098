package org.sparkmlext.kernels.tree;

import java.math.BigInteger;
import java.util.List;

/**
 * Sums of metrics over rows that are exact for any range, so that neither order nor number of ranks shows.
 *
 * <p>A row's term is {@code v = w * max(metric, 0)}, or {@code v = w} in the sum of weights; one above {@link #CAP} or NaN
 * counts as CAP. A row whose weight is not above 0 adds nothing. The term is cut into four whole numbers
 * {@code v = a 2^48 + b 2^16 + c 2^-16 + d 2^-48} with {@code 0 <= b, c < 2^32} and {@code d} rounded to even, up to 2^32.
 * Each is summed in a long of its own, a limb: the array of a sum is {@code {sum a, sum b, sum c, sum d}}. No limb overflows
 * within 2^31 - 1 rows; across ranks, {@link #carry} first and then add limb by limb.
 *
 * <p>Of a list of metrics, the array holds the limbs of the first metric, of the second and so on, then those of the weights.
 */
public final class MetricSums {

    /** Longs of one sum. */
    public static final int LIMBS = 4;

    /** Largest term of a row. */
    public static final double CAP = 0x1p80;

    private static final int LIMB_BITS = 32;
    private static final long LIMB_MASK = (1L << LIMB_BITS) - 1;
    private static final double LIMB = 0x1p32;
    /** Binary exponent of the lowest limb. */
    private static final int LOWEST = -48;

    private MetricSums() {}

    /** Longs of the sums of these metrics and of the weights. */
    public static int length(List<RowMetric> metrics) {
        return (metrics.size() + 1) * LIMBS;
    }

    /** @throws IllegalArgumentException if a metric takes another number of outputs, or the array is not that of these metrics */
    public static void requireFits(List<RowMetric> metrics, int numOutputs, long[] sums) {
        metrics.forEach(metric -> metric.requireOutputs(numOutputs));
        if (sums.length != length(metrics)) {
            throw new IllegalArgumentException(
                    "the array of metric sums has " + sums.length + " longs; needed are " + length(metrics));
        }
    }

    /** Adds the term of one row to the limbs at {@code at}. */
    public static void add(double term, long[] sums, int at) {
        double v = term <= CAP ? term : CAP;
        // Each step is exact: a truncation, and a remainder with fewer bits than the number it is taken from.
        double scaled = v * 0x1p-48;
        for (int limb = 0; limb < LIMBS - 1; limb++) {
            long whole = (long) scaled;
            sums[at + limb] += whole;
            scaled = (scaled - whole) * LIMB;
        }
        sums[at + LIMBS - 1] += (long) Math.rint(scaled);
    }

    /** Moves what exceeds 32 bits of a limb to the next higher one, in every sum: the same values in the smallest limbs. */
    public static void carry(long[] sums) {
        for (int at = 0; at < sums.length; at += LIMBS) {
            for (int limb = LIMBS - 1; limb > 0; limb--) {
                sums[at + limb - 1] += sums[at + limb] >>> LIMB_BITS;
                sums[at + limb] &= LIMB_MASK;
            }
        }
    }

    /** The sum at {@code at} as the nearest double. */
    public static double value(long[] sums, int at) {
        return Math.scalb(exact(sums, at).doubleValue(), LOWEST);
    }

    /** Compares two sums exactly: negative where the first is smaller. */
    public static int compare(long[] first, int firstAt, long[] second, int secondAt) {
        return exact(first, firstAt).compareTo(exact(second, secondAt));
    }

    /** The sum in units of 2^-48. */
    private static BigInteger exact(long[] sums, int at) {
        BigInteger sum = BigInteger.ZERO;
        for (int limb = 0; limb < LIMBS; limb++) {
            sum = sum.shiftLeft(LIMB_BITS).add(BigInteger.valueOf(sums[at + limb]));
        }
        return sum;
    }
}
