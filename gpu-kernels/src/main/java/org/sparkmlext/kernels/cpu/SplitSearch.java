package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;

/**
 * Looks for the best split of one node among some features, by the formula of
 * {@link org.sparkmlext.kernels.tree.TreeKernels#findSplits}. Holds the best so far; feed features in ascending order.
 */
final class SplitSearch {

    /** Every value bin with missing values on either side. */
    private static final int MAX_CANDIDATES = 2 * BinLayout.MAX_VALUE_BINS;

    private final long[] histogram;
    private final int cellWidth;
    private final BinLayout layout;
    private final double gradientUnit;
    private final double hessianUnit;
    private final double lambdaL2;
    private final double lambdaL1;
    private final double minChildWeight;
    private final int minRows;

    private final long totalGradient;
    private final long totalHessian;
    private final long totalCount;
    private final double parentScore;

    /** Allowed splits of one feature, in the order in which equal gains are decided. */
    private final int[] codes = new int[MAX_CANDIDATES];

    private final long[] leftHessians = new long[MAX_CANDIDATES];
    private final double[] leftGradients = new double[MAX_CANDIDATES];
    private final double[] rightGradients = new double[MAX_CANDIDATES];
    private final double[] leftWeights = new double[MAX_CANDIDATES];
    private final double[] rightWeights = new double[MAX_CANDIDATES];
    private final double[] gains = new double[MAX_CANDIDATES];
    private int numCandidates;

    private double bestGain;
    private int bestFeature = -1;
    private int bestBin = -1;
    private boolean isBestMissingLeft;
    private long bestLeftHessian;

    /** @param anyFeature a feature whose bins add up to the node's sums, as those of every feature do */
    SplitSearch(CpuHistogramPool pool, int slot, int anyFeature, SplitRules rules, GradientScale scale) {
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
    }

    void look(int feature) {
        int numValueBins = layout.numValueBins(feature);
        int missingCell = (layout.offset(feature) + numValueBins) * cellWidth;
        long missingGradient = histogram[missingCell];
        long missingHessian = histogram[missingCell + 1];
        long missingCount = cellWidth == 3 ? histogram[missingCell + 2] : 0;
        boolean hasMissing = missingGradient != 0 || missingHessian != 0;
        numCandidates = 0;
        long g = 0;
        long h = 0;
        long n = 0;
        int cell = layout.offset(feature) * cellWidth;
        for (int bin = 0; bin < numValueBins; bin++, cell += cellWidth) {
            long cellGradient = histogram[cell];
            long cellHessian = histogram[cell + 1];
            long cellCount = cellWidth == 3 ? histogram[cell + 2] : 0;
            // An empty bin divides the rows as the bin before it does, and of equal gains the smaller bin wins.
            if (bin > 0 && (cellGradient | cellHessian | cellCount) == 0) {
                continue;
            }
            g += cellGradient;
            h += cellHessian;
            n += cellCount;
            collect(2 * bin, g, h, n);
            if (hasMissing && bin < numValueBins - 1) {
                collect(2 * bin + 1, g + missingGradient, h + missingHessian, n + missingCount);
            }
        }
        computeGains();
        for (int i = 0; i < numCandidates; i++) {
            if (gains[i] > bestGain) {
                bestGain = gains[i];
                bestFeature = feature;
                bestBin = codes[i] >> 1;
                bestLeftHessian = leftHessians[i];
                isBestMissingLeft =
                        hasMissing ? (codes[i] & 1) == 1 : leftHessians[i] >= totalHessian - leftHessians[i];
            }
        }
    }

    /** Notes a split if it is allowed; {@code code} is twice its bin, plus one where missing values go left. */
    private void collect(int code, long gl, long hl, long nl) {
        long hr = totalHessian - hl;
        double weightLeft = hl * hessianUnit;
        double weightRight = hr * hessianUnit;
        if (hl <= 0
                || hr <= 0
                || weightLeft < minChildWeight
                || weightRight < minChildWeight
                || nl < minRows
                || totalCount - nl < minRows) {
            return;
        }
        int i = numCandidates++;
        codes[i] = code;
        leftHessians[i] = hl;
        leftGradients[i] = shrunk(gl * gradientUnit);
        rightGradients[i] = shrunk((totalGradient - gl) * gradientUnit);
        leftWeights[i] = weightLeft + lambdaL2;
        rightWeights[i] = weightRight + lambdaL2;
    }

    /** A loop of its own, with nothing but arithmetic: the compiler turns its divisions into vector ones. */
    private void computeGains() {
        double[] tl = leftGradients;
        double[] tr = rightGradients;
        double[] wl = leftWeights;
        double[] wr = rightWeights;
        double[] out = gains;
        double parent = parentScore;
        for (int i = 0; i < numCandidates; i++) {
            // Allowed splits have a hessian above 0 on both sides, so no denominator is 0.
            out[i] = (tl[i] * tl[i] / wl[i] + tr[i] * tr[i] / wr[i]) - parent;
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
