package org.sparkmlext.kernels;

import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * One opened device: allocates {@link Buffer}s and hands out the kernel families.
 *
 * <p>A back end belongs to one worker and is driven by one thread; its kernels may use many threads inside. Everything
 * allocated from it must be closed before it is closed, and works with this back end only.
 */
public interface Backend extends AutoCloseable {

    /** The name a user asks for by {@code device}, e.g. {@code cpu}. */
    String name();

    /** One line for logs: device, threads or memory, e.g. {@code cpu: 2 threads, 6.0 GiB heap}. */
    String description();

    /**
     * Allocates a zeroed buffer.
     *
     * @param type type of one element
     * @param length number of elements, at least 0
     * @throws KernelException if the device has not enough memory; the message gives bytes asked and bytes free
     */
    Buffer allocate(ElementType type, int length);

    /** The boosting kernels of this device. */
    TreeKernels trees();

    /**
     * The networks of this device.
     *
     * @throws KernelException if this back end computes none; the message says so
     */
    default GraphKernels graphs() {
        throw new KernelException("the back end '" + name() + "' computes no networks; use another device");
    }

    /** Frees the device. Closing twice is allowed. */
    @Override
    void close();
}
