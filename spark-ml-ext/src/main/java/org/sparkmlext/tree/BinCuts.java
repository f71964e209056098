package org.sparkmlext.tree;

import java.util.Arrays;

/**
 * Cuts ascending buckets into at most {@code maxBins} bins of nearly equal counts.
 *
 * <p>Where there are no more buckets than bins, each is a bin. Otherwise a bucket that holds a bin's fair share or more is
 * a bin of its own, and the rest is filled greedily up to the fair share of what remains (as LightGBM does: Ke et al., NIPS
 * 2017).
 */
final class BinCuts {

    private BinCuts() {}

    /** A lower bound of the keys of every bin but the first, ascending (unsigned): one less than there are bins. */
    static int[] boundaries(RadixCounts.Buckets buckets, int maxBins) {
        int n = buckets.size();
        if (n <= 1) {
            return new int[0];
        }
        if (n <= maxBins) {
            int[] all = new int[n - 1];
            for (int i = 1; i < n; i++) {
                all[i - 1] = buckets.boundary(i);
            }
            return all;
        }
        return greedy(buckets, maxBins);
    }

    private static int[] greedy(RadixCounts.Buckets buckets, int maxBins) {
        int n = buckets.size();
        long total = 0;
        for (int i = 0; i < n; i++) {
            total += buckets.count(i);
        }
        double fairShare = (double) total / maxBins;
        long restRows = total;
        int restBins = maxBins;
        boolean[] isBig = new boolean[n];
        for (int i = 0; i < n; i++) {
            if (buckets.count(i) >= fairShare) {
                isBig[i] = true;
                restRows -= buckets.count(i);
                restBins--;
            }
        }
        int[] cuts = new int[maxBins - 1];
        int numCuts = 0;
        long filled = 0;
        for (int i = 0; i < n - 1 && numCuts < maxBins - 1; i++) {
            filled += buckets.count(i);
            if (!isBig[i]) {
                restRows -= buckets.count(i);
            }
            double share = restBins > 0 ? (double) (restRows + (isBig[i] ? 0 : filled)) / restBins : Double.MAX_VALUE;
            boolean isFull = isBig[i] || filled >= share || (isBig[i + 1] && filled >= share / 2);
            if (isFull) {
                cuts[numCuts++] = buckets.boundary(i + 1);
                filled = 0;
                if (!isBig[i]) {
                    restBins--;
                }
            }
        }
        return Arrays.copyOf(cuts, numCuts);
    }
}
