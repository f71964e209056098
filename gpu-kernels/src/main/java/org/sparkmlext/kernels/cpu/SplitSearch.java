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

    /** The sums of the node, and of the feature at hand. */
    private final FeatureSums sums = new FeatureSums();

    private double gradientUnit;
    private double hessianUnit;
    private double lambdaL2;
    private double lambdaL1;
    private double minChildWeight;
    private int minRows;
    private double parentScore;

    /** T(GL), T(GR), HL + lambda and HR + lambda of the split after each of the bins. */
    private double[] leftGradients = new double[0];

    private double[] rightGradients = new double[0];
    private double[] leftWeights = new double[0];
    private double[] rightWeights = new double[0];
    /** Gain of the split after each of the bins, allowed or not, by the side of missing values. */
    private double[] gainsMissingRight = new double[0];

    private double[] gainsMissingLeft = new double[0];

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
        sums.start(pool, slot, anyFeature, scale);
        gradientUnit = scale.histogramGradientUnit();
        hessianUnit = scale.histogramHessianUnit();
        lambdaL2 = rules.lambdaL2();
        lambdaL1 = rules.lambdaL1();
        minChildWeight = rules.minChildWeight();
        minRows = pool.hasCounts() ? rules.minDataInLeaf() : 0;
        parentScore = score(sums.totalGradient, sums.totalHessian);
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
        int numValueBins = sums.numValueBins(feature);
        int numBins = sums.take(feature);
        reserve(numBins);
        boolean hasMissing = sums.missingGradient != 0 || sums.missingHessian != 0;
        computeGains(numBins, 0, 0, gainsMissingRight);
        if (hasMissing) {
            computeGains(numBins, sums.missingGradient, sums.missingHessian, gainsMissingLeft);
        }
        for (int i = 0; i < numBins; i++) {
            if (gainsMissingRight[i] > bestGain) {
                offer(feature, i, hasMissing, false);
            }
            if (hasMissing && gainsMissingLeft[i] > bestGain && sums.bins[i] < numValueBins - 1) {
                offer(feature, i, true, true);
            }
        }
    }

    /** Takes the split after a bin, whose gain is the best so far, if it is allowed. */
    private void offer(int feature, int i, boolean hasMissing, boolean isMissingLeft) {
        long present = sums.hessian(i);
        long hl = isMissingLeft ? present + sums.missingHessian : present;
        if (!isAllowed(hl, isMissingLeft ? sums.counts[i] + sums.missingCount : sums.counts[i])) {
            return;
        }
        bestGain = isMissingLeft ? gainsMissingLeft[i] : gainsMissingRight[i];
        bestFeature = feature;
        bestBin = sums.bins[i];
        bestLeftHessian = hl;
        // Where the node misses no value, an unseen missing one follows the larger side.
        isBestMissingLeft = isMissingLeft || (!hasMissing && hl >= sums.totalHessian - hl);
    }

    private void reserve(int numBins) {
        if (gainsMissingLeft.length >= numBins) {
            return;
        }
        int length = Math.max(BinLayout.MAX_BYTE_VALUE_BINS + 1, numBins);
        leftGradients = new double[length];
        rightGradients = new double[length];
        leftWeights = new double[length];
        rightWeights = new double[length];
        gainsMissingRight = new double[length];
        gainsMissingLeft = new double[length];
    }

    /** Whether a split may be made with these sums on its left side. */
    private boolean isAllowed(long hl, long nl) {
        long hr = sums.totalHessian - hl;
        return hl > 0
                && hr > 0
                && hl * hessianUnit >= minChildWeight
                && hr * hessianUnit >= minChildWeight
                && (minRows == 0 || (nl >= minRows && sums.totalCount - nl >= minRows));
    }

    /** Gains with a missing sum added to the left side. */
    private void computeGains(int numBins, long missingG, long missingH, double[] gains) {
        if (sums.isExactInDoubles && lambdaL1 == 0) {
            gains(
                    numBins,
                    missingG * gradientUnit,
                    (sums.totalGradient - missingG) * gradientUnit,
                    missingH * hessianUnit,
                    (sums.totalHessian - missingH) * hessianUnit,
                    gains);
            return;
        }
        long restGradient = sums.totalGradient - missingG;
        long restHessian = sums.totalHessian - missingH;
        for (int i = 0; i < numBins; i++) {
            long g = sums.gradient(i);
            long h = sums.hessian(i);
            leftGradients[i] = shrunk((g + missingG) * gradientUnit);
            rightGradients[i] = shrunk((restGradient - g) * gradientUnit);
            leftWeights[i] = (h + missingH) * hessianUnit + lambdaL2;
            rightWeights[i] = (restHessian - h) * hessianUnit + lambdaL2;
        }
        divide(numBins, gains);
    }

    /** As {@link #divide}, from exact sums: one loop with nothing but arithmetic. */
    private void gains(int numBins, double missingG, double restG, double missingH, double restH, double[] gains) {
        double[] g = sums.gradientSums;
        double[] h = sums.hessianSums;
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
                        sums.totalHessian - bestLeftHessian);
    }
}
