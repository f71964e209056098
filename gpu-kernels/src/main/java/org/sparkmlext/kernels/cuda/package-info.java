/**
 * NVIDIA GPUs: CUDA's driver API through JCuda, and this module's own kernels.
 *
 * <p>Not a back end yet: what is here opens a device, loads kernels and launches them; no
 * {@link org.sparkmlext.kernels.BackendProvider} is registered before all boosting kernels are there. Start reading at
 * {@code CudaDevice}; whether one can be opened, and why not, is in {@code GpuRuntime}. Nothing but the driver
 * ({@code libcuda.so.1}) and JCuda's two jars is needed.
 */
@NullMarked
package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.NullMarked;
