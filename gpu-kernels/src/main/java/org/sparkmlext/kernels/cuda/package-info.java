/**
 * NVIDIA GPUs: boosting and networks by this module's own kernels, through CUDA's driver API.
 *
 * <p>Start reading at {@code CudaBackend}. Boosting is here, networks are in {@code cuda.graph}, the device that both use in
 * {@code cuda.device}. What has been proven where is in {@code spark-ml-ext/docs/decisions/0007-cuda-boosting.md} and
 * {@code 0008-cuda-networks.md}.
 */
@NullMarked
package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.NullMarked;
