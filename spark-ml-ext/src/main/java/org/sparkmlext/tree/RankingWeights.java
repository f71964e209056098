package org.sparkmlext.tree;

/** Weight of positive and of negative rows, in fixed point; each below 2^62. */
final class RankingWeights {

    private long positive;
    private long negative;

    long positive() {
        return positive;
    }

    long negative() {
        return negative;
    }

    void add(long morePositive, long moreNegative) {
        positive += morePositive;
        negative += moreNegative;
    }
}
