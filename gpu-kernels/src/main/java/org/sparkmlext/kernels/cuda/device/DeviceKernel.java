package org.sparkmlext.kernels.cuda.device;

import org.jspecify.annotations.Nullable;

/** One kernel of an {@link OpenDevice}, ready to be launched. */
public interface DeviceKernel {

    /**
     * Blocks of a launch, and threads of a block.
     *
     * @param x at most 2^31 - 1
     * @param y at most 65535
     * @param z at most 65535
     */
    record Grid(int x, int y, int z, int numThreads) {

        /** So many blocks in a row. */
        public static Grid of(int numBlocks, int numThreads) {
            return new Grid(numBlocks, 1, 1, numThreads);
        }

        /** As many blocks as so many threads, or rows, or whatever a block takes {@code blockSize} of, need. */
        public static Grid covering(int count, int blockSize, int numThreads) {
            return of((int) (((long) count + blockSize - 1) / blockSize), numThreads);
        }
    }

    /**
     * Puts a launch behind all that were made before; may return without waiting for it.
     *
     * @param arguments as the kernel takes them: {@link DeviceMemory} of the same device for a pointer, null for none, and
     *     {@link Integer}, {@link Long}, {@link Float} and {@link Double}
     * @throws IllegalArgumentException if an argument is of another kind
     * @throws org.sparkmlext.kernels.KernelException if the device refuses the launch
     */
    void launch(Grid grid, @Nullable Object... arguments);
}
