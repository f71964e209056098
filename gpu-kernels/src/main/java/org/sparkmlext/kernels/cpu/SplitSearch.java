package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;

/**
 * Looks for the best split of one node among some features, by the formula of
 * {@link org.sparkmlext.kernels.tree.TreeKernels#findSplits}. Holds the best so far; feed features in ascending order. One a
 * thread, used again for node after node: its arrays are worth keeping.
 */
final class SplitSearch {

    /** The node's sums: all cells, or, where {@link #compact} is not null, those of its bins. */
    private long[] histogram = new long[0];

    private @Nullable CompactHistogram compact;
    private @Nullable PackedHistogram packed;
    /** Where the search stands among the bins of a compact or packed histogram. */
    private int cursor;

    private int cellWidth;
    private BinLayout layout = new BinLayout(new int[0]);
    private double gradientUnit;
    private double hessianUnit;
    private double lambdaL2;
    private double lambdaL1;
    private double minChildWeight;
    private int minRows;

    private long totalGradient;
    private long totalHessian;
    private long totalCount;
    private double parentScore;

    /** Bins of the feature at hand that are looked at, ascending; the missing bin not among them. */
    private int[] bins = new int[0];
    /** All bins, as many as {@link #bins} has room for. */
    private int[] allBins = new int[0];

    private int[] occupiedBins = new int[0];

    /**
     * Whether all sums are below 2^53: then doubles hold them, and their differences, exactly, and the units are powers of
     * two.
     */
    private boolean isExactInDoubles;
    /** Sums of the values up to each of the bins, missing values not among them, in real units; where they are exact. */
    private double[] gradientSums = new double[0];

    private double[] hessianSums = new double[0];
    /** The same in integers; where doubles are not exact. */
    private long[] gradients = new long[0];

    private long[] hessians = new long[0];
    private long[] counts = new long[0];
    /** T(GL), T(GR), HL + lambda and HR + lambda of the split after each of the bins. */
    private double[] leftGradients = new double[0];

    private double[] rightGradients = new double[0];
    private double[] leftWeights = new double[0];
    private double[] rightWeights = new double[0];
    /** Gain of the split after each of the bins, allowed or not, by the side of missing values. */
    private double[] gainsMissingRight = new double[0];

    private double[] gainsMissingLeft = new double[0];
    private long missingGradient;
    private long missingHessian;
    private long missingCount;

    private double bestGain;
    private int bestFeature;
    private int bestBin;
    private boolean isBestMissingLeft;
    private long bestLeftHessian;

    /**
     * Starts on a node.
     *
     * @param anyFeature a feature whose bins add up to the node's sums, as those of every feature do
     */
    void start(CpuHistogramPool pool, int slot, int anyFeature, SplitRules rules, GradientScale scale) {
        packed = pool.packed(slot);
        compact = pool.compact(slot);
        histogram = packed != null ? packed.cells : compact != null ? compact.cells : pool.slot(slot);
        cellWidth = pool.cellWidth();
        layout = pool.layout();
        gradientUnit = scale.histogramGradientUnit();
        hessianUnit = scale.histogramHessianUnit();
        lambdaL2 = rules.lambdaL2();
        lambdaL1 = rules.lambdaL1();
        minChildWeight = rules.minChildWeight();
        // Coarse values are at most 2^16 in size.
        isExactInDoubles = scale.precision() == GradientScale.Precision.COARSE;
        minRows = pool.hasCounts() ? rules.minDataInLeaf() : 0;
        cursor = place(layout.offset(anyFeature));
        takeTotals(layout.offset(anyFeature + 1));
        parentScore = score(totalGradient, totalHessian);
        // A split must gain more than this, which is the same as being better than a first candidate of that gain.
        bestGain = rules.minSplitGain();
        bestFeature = -1;
        bestBin = -1;
        isBestMissingLeft = false;
        bestLeftHessian = 0;
    }

    /** Where the cell of a bin, or of the next one that has a cell, stands in {@link #histogram}. */
    private int place(int bin) {
        return packed != null ? packed.firstFrom(bin) : compact != null ? compact.firstFrom(bin) : bin;
    }

    /** The node's sums: those of a packed histogram, else of the feature whose cells begin at the cursor. */
    private void takeTotals(int endBin) {
        if (packed != null) {
            totalGradient = packed.gradient;
            totalHessian = packed.hessian;
            totalCount = 0;
            return;
        }
        long g = 0;
        long h = 0;
        long n = 0;
        int end = place(endBin) * cellWidth;
        for (int cell = cursor * cellWidth; cell < end; cell += cellWidth) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += cellWidth == 3 ? histogram[cell + 2] : 0;
        }
        totalGradient = g;
        totalHessian = h;
        totalCount = n;
    }

    /**
     * Takes a feature into account. Gains of all bins are computed first, in loops without branches; whether a split is
     * allowed is asked only of those few that beat the best so far.
     */
    void look(int feature) {
        int numValueBins = layout.numValueBins(feature);
        reserve(numValueBins);
        int numBins = accumulateBins(feature, numValueBins);
        boolean hasMissing = missingGradient != 0 || missingHessian != 0;
        computeGains(numBins, 0, 0, gainsMissingRight);
        if (hasMissing) {
            computeGains(numBins, missingGradient, missingHessian, gainsMissingLeft);
        }
        for (int i = 0; i < numBins; i++) {
            if (gainsMissingRight[i] > bestGain) {
                offer(feature, i, hasMissing, false);
            }
            if (hasMissing && gainsMissingLeft[i] > bestGain && bins[i] < numValueBins - 1) {
                offer(feature, i, true, true);
            }
        }
    }

    /** Takes the split after a bin, whose gain is the best so far, if it is allowed. */
    private void offer(int feature, int i, boolean hasMissing, boolean isMissingLeft) {
        long present = isExactInDoubles ? (long) (hessianSums[i] / hessianUnit) : hessians[i];
        long hl = isMissingLeft ? present + missingHessian : present;
        if (!isAllowed(hl, isMissingLeft ? counts[i] + missingCount : counts[i])) {
            return;
        }
        bestGain = isMissingLeft ? gainsMissingLeft[i] : gainsMissingRight[i];
        bestFeature = feature;
        bestBin = bins[i];
        bestLeftHessian = hl;
        // Where the node misses no value, an unseen missing one follows the larger side.
        isBestMissingLeft = isMissingLeft || (!hasMissing && hl >= totalHessian - hl);
    }

    private void reserve(int numBins) {
        if (allBins.length >= numBins) {
            return;
        }
        int length = Math.max(BinLayout.MAX_BYTE_VALUE_BINS, numBins);
        allBins = new int[length];
        Arrays.setAll(allBins, i -> i);
        // One more: the first bin is looked at even where it holds nothing.
        occupiedBins = new int[length + 1];
        gradientSums = new double[length + 1];
        hessianSums = new double[length + 1];
        gradients = new long[length + 1];
        hessians = new long[length + 1];
        counts = new long[length + 1];
        leftGradients = new double[length + 1];
        rightGradients = new double[length + 1];
        leftWeights = new double[length + 1];
        rightWeights = new double[length + 1];
        gainsMissingRight = new double[length + 1];
        gainsMissingLeft = new double[length + 1];
    }

    private int accumulateBins(int feature, int numValueBins) {
        if (packed != null) {
            return packed.bins == null
                    ? accumulate(packed, feature, numValueBins)
                    : accumulate(packed, packed.bins, feature, numValueBins);
        }
        return compact != null ? accumulate(compact, feature, numValueBins) : accumulate(feature, numValueBins);
    }

    /** Sums up all bins of a packed histogram; returns how many. */
    private int accumulate(PackedHistogram sums, int feature, int numValueBins) {
        bins = allBins;
        int offset = layout.offset(feature);
        int absent = sums.absentBins[feature];
        long all = 0;
        for (int cell = offset; cell <= offset + numValueBins; cell++) {
            all += histogram[cell];
        }
        long absentGradient = totalGradient - PackedHistogram.gradient(all);
        long absentHessian = totalHessian - PackedHistogram.hessian(all);
        takeMissing(absent == numValueBins, absentGradient, absentHessian, histogram[offset + numValueBins]);
        int middle = Math.min(absent, numValueBins);
        long sum = accumulatePacked(0, offset, 0, middle, 0, 0);
        accumulatePacked(sum, offset, middle, numValueBins, absentGradient, absentHessian);
        return numValueBins;
    }

    private void takeMissing(boolean isAbsent, long absentGradient, long absentHessian, long cell) {
        missingGradient = isAbsent ? absentGradient : PackedHistogram.gradient(cell);
        missingHessian = isAbsent ? absentHessian : PackedHistogram.hessian(cell);
        missingCount = 0;
    }

    /** Sums up bins {@code [begin, end)}, of which the absent one may be one before; returns the packed sum so far. */
    private long accumulatePacked(long start, int offset, int begin, int end, long absentGradient, long absentHessian) {
        long[] cells = histogram;
        long sum = start;
        for (int bin = begin; bin < end; bin++) {
            sum += cells[offset + bin];
            gradientSums[bin] = (absentGradient + PackedHistogram.gradient(sum)) * gradientUnit;
            hessianSums[bin] = (absentHessian + PackedHistogram.hessian(sum)) * hessianUnit;
        }
        return sum;
    }

    /** Sums up the bins of a packed histogram that hold anything, and the absent one; returns how many. */
    private int accumulate(PackedHistogram sums, int[] occupied, int feature, int numValueBins) {
        bins = occupiedBins;
        int offset = layout.offset(feature);
        int absent = offset + sums.absentBins[feature];
        int missing = offset + numValueBins;
        while (cursor < occupied.length && occupied[cursor] < offset) {
            cursor++;
        }
        int end = cursor;
        long all = 0;
        while (end < occupied.length && occupied[end] <= missing) {
            all += histogram[end++];
        }
        long absentGradient = totalGradient - PackedHistogram.gradient(all);
        long absentHessian = totalHessian - PackedHistogram.hessian(all);
        boolean isMissingStored = end > cursor && occupied[end - 1] == missing;
        takeMissing(absent == missing, absentGradient, absentHessian, isMissingStored ? histogram[end - 1] : 0);
        int numBins = 0;
        if (absent != offset && (cursor == end || occupied[cursor] > offset)) {
            bins[0] = 0;
            putSums(0, 0, 0, 0);
            numBins = 1;
        }
        long sum = 0;
        long g = 0;
        long h = 0;
        boolean isAbsentIn = absent == missing;
        for (int i = cursor; i < end && occupied[i] < missing; i++) {
            if (!isAbsentIn && occupied[i] > absent) {
                isAbsentIn = true;
                g = absentGradient;
                h = absentHessian;
                bins[numBins] = absent - offset;
                putSums(numBins++, g + PackedHistogram.gradient(sum), h + PackedHistogram.hessian(sum), 0);
            }
            sum += histogram[i];
            bins[numBins] = occupied[i] - offset;
            putSums(numBins++, g + PackedHistogram.gradient(sum), h + PackedHistogram.hessian(sum), 0);
        }
        if (!isAbsentIn) {
            bins[numBins] = absent - offset;
            putSums(
                    numBins++,
                    absentGradient + PackedHistogram.gradient(sum),
                    absentHessian + PackedHistogram.hessian(sum),
                    0);
        }
        cursor = end;
        return numBins;
    }

    /** Sums up all bins; returns how many. */
    private int accumulate(int feature, int numValueBins) {
        bins = allBins;
        int cell = layout.offset(feature) * cellWidth;
        takeMissing(cell + numValueBins * cellWidth);
        long g = 0;
        long h = 0;
        if (cellWidth == 2 && isExactInDoubles) {
            for (int bin = 0; bin < numValueBins; bin++, cell += 2) {
                g += histogram[cell];
                h += histogram[cell + 1];
                gradientSums[bin] = g * gradientUnit;
                hessianSums[bin] = h * hessianUnit;
            }
            return numValueBins;
        }
        long n = 0;
        for (int bin = 0; bin < numValueBins; bin++, cell += cellWidth) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += cellWidth == 3 ? histogram[cell + 2] : 0;
            putSums(bin, g, h, n);
        }
        return numValueBins;
    }

    private void putSums(int i, long g, long h, long n) {
        gradientSums[i] = g * gradientUnit;
        hessianSums[i] = h * hessianUnit;
        gradients[i] = g;
        hessians[i] = h;
        counts[i] = n;
    }

    /**
     * Sums up the bins that hold anything; returns how many. A split after an empty bin is the one after the bin before it,
     * which comes first. Only the first bin has none before it: it is looked at even if empty, since missing values may stand
     * alone on the left of it.
     */
    private int accumulate(CompactHistogram sums, int feature, int numValueBins) {
        bins = occupiedBins;
        missingGradient = 0;
        missingHessian = 0;
        missingCount = 0;
        int offset = layout.offset(feature);
        while (cursor < sums.size && sums.bins[cursor] < offset) {
            cursor++;
        }
        int from = cursor;
        int end = from;
        while (end < sums.size && sums.bins[end] < offset + numValueBins) {
            end++;
        }
        cursor = end;
        if (end < sums.size && sums.bins[end] == offset + numValueBins) {
            takeMissing(end * cellWidth);
        }
        long g = 0;
        long h = 0;
        long n = 0;
        int numBins = 0;
        if (from == end || sums.bins[from] > offset) {
            bins[0] = 0;
            putSums(0, 0, 0, 0);
            numBins = 1;
        }
        for (int i = from; i < end; i++, numBins++) {
            g += histogram[i * cellWidth];
            h += histogram[i * cellWidth + 1];
            n += cellWidth == 3 ? histogram[i * cellWidth + 2] : 0;
            bins[numBins] = sums.bins[i] - offset;
            putSums(numBins, g, h, n);
        }
        return numBins;
    }

    private void takeMissing(int cell) {
        missingGradient = histogram[cell];
        missingHessian = histogram[cell + 1];
        missingCount = cellWidth == 3 ? histogram[cell + 2] : 0;
    }

    /** Whether a split may be made with these sums on its left side. */
    private boolean isAllowed(long hl, long nl) {
        long hr = totalHessian - hl;
        return hl > 0
                && hr > 0
                && hl * hessianUnit >= minChildWeight
                && hr * hessianUnit >= minChildWeight
                && (minRows == 0 || (nl >= minRows && totalCount - nl >= minRows));
    }

    /** Gains with a missing sum added to the left side. */
    private void computeGains(int numBins, long missingG, long missingH, double[] gains) {
        if (isExactInDoubles && lambdaL1 == 0) {
            gains(
                    numBins,
                    missingG * gradientUnit,
                    (totalGradient - missingG) * gradientUnit,
                    missingH * hessianUnit,
                    (totalHessian - missingH) * hessianUnit,
                    gains);
            return;
        }
        long restGradient = totalGradient - missingG;
        long restHessian = totalHessian - missingH;
        for (int i = 0; i < numBins; i++) {
            long g = isExactInDoubles ? (long) (gradientSums[i] / gradientUnit) : gradients[i];
            long h = isExactInDoubles ? (long) (hessianSums[i] / hessianUnit) : hessians[i];
            leftGradients[i] = shrunk((g + missingG) * gradientUnit);
            rightGradients[i] = shrunk((restGradient - g) * gradientUnit);
            leftWeights[i] = (h + missingH) * hessianUnit + lambdaL2;
            rightWeights[i] = (restHessian - h) * hessianUnit + lambdaL2;
        }
        divide(numBins, gains);
    }

    /** As {@link #divide}, from exact sums: one loop with nothing but arithmetic. */
    private void gains(int numBins, double missingG, double restG, double missingH, double restH, double[] gains) {
        double[] g = gradientSums;
        double[] h = hessianSums;
        double lambda = lambdaL2;
        double parent = parentScore;
        for (int i = 0; i < numBins; i++) {
            double tl = g[i] + missingG;
            double tr = restG - g[i];
            gains[i] = (tl * tl / (h[i] + missingH + lambda) + tr * tr / (restH - h[i] + lambda)) - parent;
        }
    }

    /** A loop of its own, with nothing but arithmetic: the compiler turns its divisions into vector ones. */
    private void divide(int numBins, double[] gains) {
        double[] tl = leftGradients;
        double[] tr = rightGradients;
        double[] wl = leftWeights;
        double[] wr = rightWeights;
        double parent = parentScore;
        for (int i = 0; i < numBins; i++) {
            gains[i] = (tl[i] * tl[i] / wl[i] + tr[i] * tr[i] / wr[i]) - parent;
        }
    }

    /** T(G). */
    private double shrunk(double g) {
        return lambdaL1 == 0 ? g : Math.signum(g) * Math.max(0, Math.abs(g) - lambdaL1);
    }

    /** T(G)^2 / (H + lambda). */
    private double score(long gradient, long hessian) {
        double t = shrunk(gradient * gradientUnit);
        double denominator = hessian * hessianUnit + lambdaL2;
        return denominator > 0 ? t * t / denominator : 0;
    }

    SplitCandidate best() {
        return bestFeature < 0
                ? SplitCandidate.NONE
                : new SplitCandidate(
                        bestFeature,
                        bestBin,
                        isBestMissingLeft,
                        bestGain,
                        bestLeftHessian,
                        totalHessian - bestLeftHessian);
    }
}
