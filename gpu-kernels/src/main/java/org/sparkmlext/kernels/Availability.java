package org.sparkmlext.kernels;

/**
 * Whether a back end can be opened here, and why (not).
 *
 * @param isAvailable true when {@code open} is expected to work
 * @param reason one sentence for a log or an error, e.g. {@code no CUDA driver: libcuda.so.1 was not found}
 */
public record Availability(boolean isAvailable, String reason) {

    public static Availability yes(String reason) {
        return new Availability(true, reason);
    }

    public static Availability no(String reason) {
        return new Availability(false, reason);
    }
}
