package org.sparkmlext.kernels.tree;

/**
 * The best split of one node. A value goes left when its bin is at most {@code bin}; a missing value goes left when
 * {@code isMissingLeft}.
 *
 * @param feature index of the feature, or -1 where no split is allowed or gains enough
 * @param bin last value bin of the left side
 * @param isMissingLeft side of missing values
 * @param gain loss reduction, see {@link TreeKernels#findSplits}; 0 where there is no split
 * @param leftHessian hessian sum of the left side, in units of the histogram
 * @param rightHessian hessian sum of the right side, in units of the histogram
 */
public record SplitCandidate(
        int feature, int bin, boolean isMissingLeft, double gain, long leftHessian, long rightHessian) {

    /** No split. */
    public static final SplitCandidate NONE = new SplitCandidate(-1, -1, false, 0, 0, 0);

    public boolean isSplit() {
        return feature >= 0;
    }
}
