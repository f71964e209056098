package org.sparkmlext.kernels.cpu;

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

    private long[] histogram = new long[0];
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

    /** Hessian sums of the values up to each bin of one feature, missing values not among them. */
    private final long[] hessians = new long[BinLayout.MAX_BYTE_VALUE_BINS];

    private final long[] gradients = new long[BinLayout.MAX_BYTE_VALUE_BINS];
    private final long[] counts = new long[BinLayout.MAX_BYTE_VALUE_BINS];

    /** T(GL), T(GR), HL + lambda and HR + lambda of the split after each bin. */
    private final double[] leftGradients = new double[BinLayout.MAX_BYTE_VALUE_BINS];

    private final double[] rightGradients = new double[BinLayout.MAX_BYTE_VALUE_BINS];
    private final double[] leftWeights = new double[BinLayout.MAX_BYTE_VALUE_BINS];
    private final double[] rightWeights = new double[BinLayout.MAX_BYTE_VALUE_BINS];
    /** Gain of the split after each bin, allowed or not, by the side of missing values. */
    private final double[] gainsMissingRight = new double[BinLayout.MAX_BYTE_VALUE_BINS];

    private final double[] gainsMissingLeft = new double[BinLayout.MAX_BYTE_VALUE_BINS];

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
        histogram = pool.slot(slot);
        cellWidth = pool.cellWidth();
        layout = pool.layout();
        gradientUnit = scale.histogramGradientUnit();
        hessianUnit = scale.histogramHessianUnit();
        lambdaL2 = rules.lambdaL2();
        lambdaL1 = rules.lambdaL1();
        minChildWeight = rules.minChildWeight();
        minRows = pool.hasCounts() ? rules.minDataInLeaf() : 0;
        long g = 0;
        long h = 0;
        long n = 0;
        for (int cell = layout.offset(anyFeature) * cellWidth; cell < layout.offset(anyFeature + 1) * cellWidth; ) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += cellWidth == 3 ? histogram[cell + 2] : 0;
            cell += cellWidth;
        }
        totalGradient = g;
        totalHessian = h;
        totalCount = n;
        parentScore = score(g, h);
        // A split must gain more than this, which is the same as being better than a first candidate of that gain.
        bestGain = rules.minSplitGain();
        bestFeature = -1;
        bestBin = -1;
        isBestMissingLeft = false;
        bestLeftHessian = 0;
    }

    /**
     * Takes a feature into account. Gains of all bins are computed first, in loops without branches; whether a split is
     * allowed is asked only of those few that beat the best so far.
     */
    void look(int feature) {
        int numValueBins = layout.numValueBins(feature);
        int missingCell = (layout.offset(feature) + numValueBins) * cellWidth;
        long missingGradient = histogram[missingCell];
        long missingHessian = histogram[missingCell + 1];
        long missingCount = cellWidth == 3 ? histogram[missingCell + 2] : 0;
        boolean hasMissing = missingGradient != 0 || missingHessian != 0;
        accumulate(feature, numValueBins);
        computeGains(numValueBins, 0, 0, gainsMissingRight);
        if (hasMissing) {
            computeGains(numValueBins, missingGradient, missingHessian, gainsMissingLeft);
        }
        for (int bin = 0; bin < numValueBins; bin++) {
            if (gainsMissingRight[bin] > bestGain && isAllowed(hessians[bin], counts[bin])) {
                // Where the node misses no value, an unseen missing one follows the larger side.
                take(feature, bin, gainsMissingRight[bin], hessians[bin]);
                isBestMissingLeft = !hasMissing && hessians[bin] >= totalHessian - hessians[bin];
            }
            if (hasMissing
                    && bin < numValueBins - 1
                    && gainsMissingLeft[bin] > bestGain
                    && isAllowed(hessians[bin] + missingHessian, counts[bin] + missingCount)) {
                take(feature, bin, gainsMissingLeft[bin], hessians[bin] + missingHessian);
                isBestMissingLeft = true;
            }
        }
    }

    private void take(int feature, int bin, double gain, long leftHessian) {
        bestGain = gain;
        bestFeature = feature;
        bestBin = bin;
        bestLeftHessian = leftHessian;
    }

    private void accumulate(int feature, int numValueBins) {
        int cell = layout.offset(feature) * cellWidth;
        long g = 0;
        long h = 0;
        if (cellWidth == 2) {
            for (int bin = 0; bin < numValueBins; bin++, cell += 2) {
                g += histogram[cell];
                h += histogram[cell + 1];
                gradients[bin] = g;
                hessians[bin] = h;
            }
            return;
        }
        long n = 0;
        for (int bin = 0; bin < numValueBins; bin++, cell += 3) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += histogram[cell + 2];
            gradients[bin] = g;
            hessians[bin] = h;
            counts[bin] = n;
        }
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
    private void computeGains(int numBins, long missingGradient, long missingHessian, double[] gains) {
        long restGradient = totalGradient - missingGradient;
        long restHessian = totalHessian - missingHessian;
        for (int i = 0; i < numBins; i++) {
            leftGradients[i] = (gradients[i] + missingGradient) * gradientUnit;
            rightGradients[i] = (restGradient - gradients[i]) * gradientUnit;
            leftWeights[i] = (hessians[i] + missingHessian) * hessianUnit + lambdaL2;
            rightWeights[i] = (restHessian - hessians[i]) * hessianUnit + lambdaL2;
        }
        if (lambdaL1 != 0) {
            for (int i = 0; i < numBins; i++) {
                leftGradients[i] = shrunk(leftGradients[i]);
                rightGradients[i] = shrunk(rightGradients[i]);
            }
        }
        divide(numBins, gains);
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
