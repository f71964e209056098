/**
 * What every back end of networks must do, and the naive reference it is compared with. Start at {@link
 * org.sparkmlext.kernels.graph.GraphKernelsContract} for the suite, at {@link org.sparkmlext.kernels.graph.ReferenceInterpreter} for
 * the reference, at {@link org.sparkmlext.kernels.graph.GraphCases} to add an op.
 */
@NullMarked
package org.sparkmlext.kernels.graph;

import org.jspecify.annotations.NullMarked;
