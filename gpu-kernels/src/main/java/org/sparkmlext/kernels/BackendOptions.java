package org.sparkmlext.kernels;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a worker may use.
 *
 * @param numThreads CPU threads the kernels may use, at least 1
 * @param ordinal which device of its kind, counted from 0: the GPU that Spark gave a task. The CPU, of which there is one, pays no
 *     attention to it
 * @param directory on a local disk: where a back end whose memory is the Java heap keeps dense bins in {@link MappedFile}s
 *     instead; null to keep them on the heap. Others pay no attention to it
 * @param products what computes large products on a GPU. Others pay no attention to it
 */
public record BackendOptions(
        int numThreads, int ordinal, @Nullable Path directory, GpuProducts products) {

    public BackendOptions {
        if (numThreads < 1) {
            throw new IllegalArgumentException("numThreads is " + numThreads + "; it must be at least 1");
        }
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal is " + ordinal + "; it must be at least 0");
        }
    }

    /** Without files, by this module's own kernels. */
    public BackendOptions(int numThreads, int ordinal) {
        this(numThreads, ordinal, null, GpuProducts.OWN);
    }

    /** The first device, with this many threads, without files. */
    public static BackendOptions threads(int numThreads) {
        return new BackendOptions(numThreads, 0);
    }

    /** The same with another directory, or none. */
    public BackendOptions withDirectory(@Nullable Path other) {
        return new BackendOptions(numThreads, ordinal, other, products);
    }

    /** The same with large products computed otherwise. */
    public BackendOptions withProducts(GpuProducts other) {
        return new BackendOptions(numThreads, ordinal, directory, other);
    }
}
