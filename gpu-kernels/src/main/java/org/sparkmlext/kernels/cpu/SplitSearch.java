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
            consider(feature, bin, false, g, h, n, hasMissing);
            if (hasMissing && bin < numValueBins - 1) {
                consider(feature, bin, true, g + missingGradient, h + missingHessian, n + missingCount, true);
            }
        }
    }

    private void consider(int feature, int bin, boolean isMissingLeft, long gl, long hl, long nl, boolean hasMissing) {
        long hr = totalHessian - hl;
        if (hl <= 0
                || hr <= 0
                || hl * hessianUnit < minChildWeight
                || hr * hessianUnit < minChildWeight
                || nl < minRows
                || totalCount - nl < minRows) {
            return;
        }
        double gain = (score(gl, hl) + score(totalGradient - gl, hr)) - parentScore;
        if (gain > bestGain) {
            bestGain = gain;
            bestFeature = feature;
            bestBin = bin;
            isBestMissingLeft = hasMissing ? isMissingLeft : hl >= hr;
            bestLeftHessian = hl;
        }
    }

    /** T(G)^2 / (H + lambda). */
    private double score(long gradient, long hessian) {
        double g = gradient * gradientUnit;
        double t = lambdaL1 == 0 ? g : Math.signum(g) * Math.max(0, Math.abs(g) - lambdaL1);
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
