package org.sparkmlext.kernels.tree;

/**
 * Sums over the rows of one rank; add them over ranks.
 *
 * @param gradient sum of {@code g} over in-bag rows, in units of the scale
 * @param absoluteGradient sum of {@code |g|} over in-bag rows
 * @param hessian sum of {@code h} over in-bag rows
 * @param count in-bag rows with {@code h > 0}
 */
public record GradientTotals(long gradient, long absoluteGradient, long hessian, long count) {}
