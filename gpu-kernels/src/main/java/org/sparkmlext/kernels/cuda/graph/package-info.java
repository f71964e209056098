/**
 * Networks on a GPU, in float32: a graph becomes a list of launches over one block of memory.
 *
 * <p>Start at {@code CudaGraphKernels}; {@code GraphCompiler} says which class compiles which op. Values lie in plain order, so a
 * reshape is no launch. Kernels are in {@code src/main/cuda}: {@code elements}, {@code products}, {@code windows}, {@code norms},
 * {@code objectives}, {@code updates}. What has been proven where is in {@code spark-ml-ext/docs/decisions/0008-cuda-networks.md}.
 */
@NullMarked
package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.NullMarked;
