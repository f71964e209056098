/**
 * NVIDIA GPUs: boosting by this module's own kernels, through CUDA's driver API.
 *
 * <p>Start reading at {@code CudaBackend}. Everything down to {@code OpenDevice}, the driver as far as it is needed, is one code
 * for a GPU ({@code JCudaDevice}) and for the tests, which put kernels compiled for the CPU behind it. Whether a GPU can be used,
 * and why not, is in {@code GpuRuntime}. Nothing but the driver ({@code libcuda.so.1}) and JCuda's two jars is needed. What has
 * been proven where is in {@code spark-ml-ext/docs/decisions/0007-cuda-boosting.md}.
 */
@NullMarked
package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.NullMarked;
