/**
 * The boosting kernels: gradients, histograms, split search, row partition, score updates.
 *
 * <p>Start at {@link org.sparkmlext.kernels.tree.TreeKernels}. Rows, gradients, scores and the row partition stay on the
 * device; what comes back is small. Everything that is summed is a fixed-point integer, so results do not depend on the
 * order of sums, the number of threads, or the device: <b>every back end gives the same bits</b>.
 */
@NullMarked
package org.sparkmlext.kernels.tree;

import org.jspecify.annotations.NullMarked;
