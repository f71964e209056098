package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.MetricSums;

/** Adds the terms of a block to the limbs of {@link MetricSums}. */
final class LimbSums {

    /** Terms below it have nothing in the two upper limbs. */
    private static final double SMALL = 0x1p16;

    private LimbSums() {}

    /** Adds unweighted terms. */
    static void add(double[] terms, int count, long[] sums, int at) {
        // Sums of whole numbers below 2^53 are exact in doubles too, and need no conversion a row.
        double third = 0;
        double fourth = 0;
        for (int i = 0; i < count; i++) {
            double v = terms[i];
            if (v >= 0 && v < SMALL) {
                double scaled = v * 0x1p16;
                double whole = Math.floor(scaled);
                third += whole;
                fourth += Math.rint((scaled - whole) * 0x1p32);
            } else {
                MetricSums.add(v < 0 ? 0 : v, sums, at);
            }
        }
        sums[at + 2] += (long) third;
        sums[at + 3] += (long) fourth;
    }

    /** Adds terms times weights; a weight of 0 hides even a NaN. */
    static void addWeighted(double[] terms, double[] weights, int count, long[] sums, int at) {
        double third = 0;
        double fourth = 0;
        for (int i = 0; i < count; i++) {
            double w = weights[i];
            double v = w * terms[i];
            if (v >= 0 && v < SMALL) {
                double scaled = v * 0x1p16;
                double whole = Math.floor(scaled);
                third += whole;
                fourth += Math.rint((scaled - whole) * 0x1p32);
            } else if (w > 0) {
                MetricSums.add(v < 0 ? 0 : v, sums, at);
            }
        }
        sums[at + 2] += (long) third;
        sums[at + 3] += (long) fourth;
    }

    /** Adds unweighted terms that are 0 or 1. */
    static void addIndicators(double[] terms, int count, long[] sums, int at) {
        double ones = 0;
        for (int i = 0; i < count; i++) {
            ones += terms[i];
        }
        addCount((long) ones, sums, at);
    }

    /** Adds a term of 1, so many times. */
    static void addCount(long count, long[] sums, int at) {
        sums[at + 2] += count << 16;
    }
}
