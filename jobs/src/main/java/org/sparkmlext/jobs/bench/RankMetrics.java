package org.sparkmlext.jobs.bench;

import java.util.Arrays;

/** AUC and log-loss of collected predictions: one implementation for every system compared. JDK only. */
public final class RankMetrics {
    private static final double CLIP = 1e-7;

    private RankMetrics() {}

    /** Area under the ROC curve by rank sums; rows of equal probability share a rank. Labels above 0.5 are positive. */
    public static double auc(float[] labels, float[] probabilities) {
        int n = probabilities.length;
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            keys[i] = ((long) sortable(probabilities[i]) << 32) | (labels[i] > 0.5f ? 1L : 0L);
        }
        Arrays.sort(keys);
        double rankSum = 0;
        long positives = 0;
        for (int from = 0; from < n; ) {
            int to = from;
            int key = (int) (keys[from] >> 32);
            long positivesHere = 0;
            while (to < n && (int) (keys[to] >> 32) == key) {
                positivesHere += keys[to] & 1L;
                to++;
            }
            rankSum += positivesHere * ((from + 1 + to) / 2.0);
            positives += positivesHere;
            from = to;
        }
        long negatives = n - positives;
        return (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }

    /** The bits of a float in an order that is the order of the values. */
    private static int sortable(float value) {
        int bits = Float.floatToIntBits(value);
        return bits ^ ((bits >> 31) & 0x7fffffff);
    }

    /** Mean of -log of the probability given to the label, probabilities clipped to [1e-7, 1 - 1e-7]. */
    public static double logLoss(float[] labels, float[] probabilities) {
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            double p = Math.min(1 - CLIP, Math.max(CLIP, probabilities[i]));
            sum -= labels[i] > 0.5f ? Math.log(p) : Math.log(1 - p);
        }
        return sum / probabilities.length;
    }
}
