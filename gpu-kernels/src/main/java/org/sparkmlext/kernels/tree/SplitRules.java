package org.sparkmlext.kernels.tree;

/**
 * What makes a split allowed and how much it gains.
 *
 * @param lambdaL2 L2 penalty of leaf values, at least 0
 * @param lambdaL1 L1 penalty of leaf values, at least 0
 * @param minSplitGain a split must gain more than this, at least 0
 * @param minChildWeight smallest hessian sum of a child, at least 0
 * @param minDataInLeaf smallest number of in-bag rows of a child, at least 1; above 1 the pool must have counts
 */
public record SplitRules(
        double lambdaL2, double lambdaL1, double minSplitGain, double minChildWeight, int minDataInLeaf) {

    /** @throws IllegalArgumentException if they need counts and the pool has none */
    public void requireCounts(boolean hasCounts) {
        if (minDataInLeaf > 1 && !hasCounts) {
            throw new IllegalArgumentException("minDataInLeaf is " + minDataInLeaf
                    + ", but the pool has no counts; allocate it with counts, or set minDataInLeaf to 1");
        }
    }
}
