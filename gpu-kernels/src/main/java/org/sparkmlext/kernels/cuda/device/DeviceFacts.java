package org.sparkmlext.kernels.cuda.device;

import java.util.Locale;

/**
 * One GPU as its driver describes it.
 *
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param driverVersion CUDA version of the driver: 1000 x major + 10 x minor
 * @param totalBytes all memory of the device
 * @param numMultiprocessors how many blocks run at once, at least
 * @param sharedBytes the most shared memory that a block can have
 */
public record DeviceFacts(
        String name,
        int major,
        int minor,
        int driverVersion,
        long totalBytes,
        int numMultiprocessors,
        int sharedBytes) {

    /** Ampere. */
    private static final int LEAST_MAJOR_OF_TENSOR_CORES = 8;

    /** Whether its tensor cores multiply bfloat16 and tf32: compute capability 8.0 and newer. */
    public boolean hasTensorCores() {
        return major >= LEAST_MAJOR_OF_TENSOR_CORES;
    }

    /** One line for a log, e.g. {@code NVIDIA H200, sm_90, driver 13.0, 139.8 GiB}. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s, sm_%d%d, driver %d.%d, %.1f GiB",
                name,
                major,
                minor,
                driverVersion / 1000,
                driverVersion % 1000 / 10,
                totalBytes / (double) (1L << 30));
    }
}
