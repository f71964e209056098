package org.sparkmlext.tree;

import java.io.Serializable;

/**
 * A user's own loss of one raw score: its first and second derivative by the raw score. Row weights are multiplied on
 * afterwards. Computed on the CPU, by several threads at once. The promise of equal bits everywhere holds as far as the
 * functions themselves give equal bits.
 *
 * @param gradient first derivative, finite
 * @param hessian second derivative, finite and at least 0
 */
public record CustomObjective(RowFunction gradient, RowFunction hessian) implements Serializable {}
