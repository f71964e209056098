package org.sparkmlext.kernels.cuda.device;

/**
 * What a device does one after another. They go on beside each other: only an event makes one wait for the other.
 */
public enum Lane {
    /** Launches, and copies that belong between them. */
    LAUNCHES,
    /** Copies that leave the device while it computes. */
    BESIDE,
    /** Sums with other devices. */
    SUMS
}
