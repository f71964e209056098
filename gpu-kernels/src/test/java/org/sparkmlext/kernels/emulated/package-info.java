/**
 * CUDA kernels without a GPU: the {@code .cu} files of this module, compiled by g++ against {@code src/test/cuda/cuda_cpu.h}
 * and called through JNA by the same contracts as every back end. Skipped, with the reason, where there is no g++.
 */
@NullMarked
package org.sparkmlext.kernels.emulated;

import org.jspecify.annotations.NullMarked;
