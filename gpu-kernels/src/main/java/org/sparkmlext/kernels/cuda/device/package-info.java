/**
 * A GPU as the back end sees it: memory, launches by name, errors with numbers, through CUDA's driver API.
 *
 * <p>{@code OpenDevice} is as much of the driver as is needed. Everything above it is one code for a GPU ({@code JCudaDevice}) and for
 * the tests, which put kernels compiled for the CPU behind it. Whether a GPU can be used, and why not, is in {@code GpuRuntime}.
 * Nothing but the driver ({@code libcuda.so.1}) and JCuda's two jars is needed; NCCL, where it is
 * installed and asked for, adds between devices ({@code NcclLibrary}).
 */
@NullMarked
package org.sparkmlext.kernels.cuda.device;

import org.jspecify.annotations.NullMarked;
