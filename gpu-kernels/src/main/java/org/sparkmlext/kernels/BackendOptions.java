package org.sparkmlext.kernels;

/**
 * What a worker may use.
 *
 * @param numThreads CPU threads the kernels may use, at least 1
 * @param ordinal which device of its kind, counted from 0
 */
public record BackendOptions(int numThreads, int ordinal) {

    public BackendOptions {
        if (numThreads < 1) {
            throw new IllegalArgumentException("numThreads is " + numThreads + "; it must be at least 1");
        }
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal is " + ordinal + "; it must be at least 0");
        }
    }

    /** The first device, with this many threads. */
    public static BackendOptions threads(int numThreads) {
        return new BackendOptions(numThreads, 0);
    }
}
