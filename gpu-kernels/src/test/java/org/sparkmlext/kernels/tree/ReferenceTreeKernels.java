package org.sparkmlext.kernels.tree;

import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * The boosting kernels written down naively from their contract: one row, one cell, one candidate at a time, every sum
 * from its beginning and checked for overflow.
 */
public final class ReferenceTreeKernels {

    private ReferenceTreeKernels() {}

    public static int g(long gradient) {
        return (int) (gradient >> 32);
    }

    public static int h(long gradient) {
        return (int) gradient;
    }

    /** Histogram of some rows, as a slot holds it. */
    public static long[] histogram(
            Bins bins, long[] gradients, int[] rows, GradientScale.Precision precision, boolean withCounts) {
        int width = withCounts ? 3 : 2;
        boolean isCoarse = precision == GradientScale.Precision.COARSE;
        long[] sums = new long[bins.layout().totalBins() * width];
        for (int f = 0; f < bins.layout().numFeatures(); f++) {
            for (int row : rows) {
                int cell = (bins.layout().offset(f) + bins.bin(row, f)) * width;
                long g = g(gradients[row]);
                long h = h(gradients[row]);
                sums[cell] = Math.addExact(sums[cell], isCoarse ? (g + (1 << 14)) >> 15 : g);
                sums[cell + 1] = Math.addExact(sums[cell + 1], isCoarse ? (h + (1 << 13)) >> 14 : h);
                if (withCounts && h > 0) {
                    sums[cell + 2]++;
                }
            }
        }
        return sums;
    }

    /** The best split, by trying every one. */
    public static SplitCandidate findSplit(
            BinLayout layout,
            long[] histogram,
            boolean hasCounts,
            int[] features,
            SplitRules rules,
            GradientScale scale) {
        SplitCandidate best = SplitCandidate.NONE;
        for (int f : features) {
            int missing = layout.missingBin(f);
            long[] absent = sums(layout, histogram, hasCounts, f, missing, missing);
            boolean hasMissing = absent[0] != 0 || absent[1] != 0;
            for (int bin = 0; bin < layout.numValueBins(f); bin++) {
                long[] present = sums(layout, histogram, hasCounts, f, 0, bin);
                best = better(best, f, bin, false, present, layout, histogram, hasCounts, rules, scale, hasMissing);
                if (hasMissing && bin + 1 < layout.numValueBins(f)) {
                    long[] both = {present[0] + absent[0], present[1] + absent[1], present[2] + absent[2]};
                    best = better(best, f, bin, true, both, layout, histogram, hasCounts, rules, scale, true);
                }
            }
        }
        return best;
    }

    private static SplitCandidate better(
            SplitCandidate best,
            int feature,
            int bin,
            boolean isMissingLeft,
            long[] left,
            BinLayout layout,
            long[] histogram,
            boolean hasCounts,
            SplitRules rules,
            GradientScale scale,
            boolean hasMissing) {
        long[] all = sums(layout, histogram, hasCounts, feature, 0, layout.missingBin(feature));
        long[] right = {all[0] - left[0], all[1] - left[1], all[2] - left[2]};
        double weightLeft = left[1] * scale.histogramHessianUnit();
        double weightRight = right[1] * scale.histogramHessianUnit();
        boolean isHeavy = weightLeft >= rules.minChildWeight() && weightRight >= rules.minChildWeight();
        boolean isManned = !hasCounts || left[2] >= rules.minDataInLeaf() && right[2] >= rules.minDataInLeaf();
        if (left[1] <= 0 || right[1] <= 0 || !isHeavy || !isManned) {
            return best;
        }
        double gain = score(left, rules, scale) + score(right, rules, scale) - score(all, rules, scale);
        if (!(gain > rules.minSplitGain()) || best.isSplit() && gain <= best.gain()) {
            return best;
        }
        boolean side = hasMissing ? isMissingLeft : left[1] >= right[1];
        return new SplitCandidate(feature, bin, side, gain, left[1], right[1]);
    }

    private static double score(long[] sums, SplitRules rules, GradientScale scale) {
        double g = sums[0] * scale.histogramGradientUnit();
        double h = sums[1] * scale.histogramHessianUnit();
        double t = Math.signum(g) * Math.max(0, Math.abs(g) - rules.lambdaL1());
        return h + rules.lambdaL2() > 0 ? t * t / (h + rules.lambdaL2()) : 0;
    }

    private static long[] sums(BinLayout layout, long[] histogram, boolean hasCounts, int f, int first, int last) {
        int width = hasCounts ? 3 : 2;
        long[] sums = new long[3];
        for (int bin = first; bin <= last; bin++) {
            for (int k = 0; k < width; k++) {
                sums[k] = Math.addExact(sums[k], histogram[(layout.offset(f) + bin) * width + k]);
            }
        }
        return sums;
    }

    /** Rows of the identity order. */
    public static int[] ascending(int numRows) {
        int[] order = new int[numRows];
        for (int i = 0; i < numRows; i++) {
            order[i] = i;
        }
        return order;
    }

    /** Divides one node within {@code order} and returns the rows of its left child. */
    public static int partition(Bins bins, int[] order, PartitionTask task) {
        int[] before = order.clone();
        int to = task.rows().begin();
        for (int i = task.rows().begin(); i < task.rows().end(); i++) {
            if (goesLeft(bins, before[i], task.feature(), task.bin(), task.isMissingLeft())) {
                order[to++] = before[i];
            }
        }
        int numLeft = to - task.rows().begin();
        for (int i = task.rows().begin(); i < task.rows().end(); i++) {
            if (!goesLeft(bins, before[i], task.feature(), task.bin(), task.isMissingLeft())) {
                order[to++] = before[i];
            }
        }
        return numLeft;
    }

    static boolean goesLeft(Bins bins, int row, int feature, int lastLeftBin, boolean isMissingLeft) {
        int bin = bins.bin(row, feature);
        return bin == bins.layout().missingBin(feature) ? isMissingLeft : bin <= lastLeftBin;
    }

    /** {@code {G, H}} over the rows of one leaf. */
    public static long[] leafSum(long[] gradients, int[] order, RowRange leaf) {
        long[] sum = new long[2];
        for (int i = leaf.begin(); i < leaf.end(); i++) {
            sum[0] = Math.addExact(sum[0], g(gradients[order[i]]));
            sum[1] = Math.addExact(sum[1], h(gradients[order[i]]));
        }
        return sum;
    }

    /** The leaf value of a row. */
    public static float treeValue(Bins bins, BinTree tree, int row) {
        int node = 0;
        while (tree.features()[node] >= 0) {
            boolean isLeft = goesLeft(bins, row, tree.features()[node], tree.bins()[node], tree.isMissingLeft()[node]);
            node = isLeft ? tree.left()[node] : tree.right()[node];
        }
        return tree.values()[node];
    }
}
