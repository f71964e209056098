package org.sparkmlext.tree;

/**
 * How well scores rank positive rows above the others; both figures lie in [0, 1].
 *
 * @param rocAuc weighted area under the ROC curve, {@code P(s+ > s-) + P(s+ = s-) / 2}; NaN unless both classes have a row
 *     of positive weight
 * @param averagePrecision weighted area under the precision-recall curve by average precision, {@code AP = sum over the
 *     distinct scores, highest first, of (R_n - R_{n-1}) P_n} with recall R and precision P of the rows that score at least
 *     that much (no interpolation); NaN without a positive row of positive weight
 */
record RankingQuality(double rocAuc, double averagePrecision) {}
