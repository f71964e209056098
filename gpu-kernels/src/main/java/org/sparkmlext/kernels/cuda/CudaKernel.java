package org.sparkmlext.kernels.cuda;

import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** One kernel of a {@link CudaModule}, ready to be launched. */
final class CudaKernel {

    private final CudaDevice device;
    private final String name;
    private final CUfunction function;
    private final int sharedBytes;

    CudaKernel(CudaDevice device, String name, CUfunction function, int sharedBytes) {
        this.device = device;
        this.name = name;
        this.function = function;
        this.sharedBytes = sharedBytes;
    }

    /**
     * Blocks of a launch, and threads of a block.
     *
     * @param x at most 2^31 - 1
     * @param y at most 65535
     * @param z at most 65535
     */
    record Grid(int x, int y, int z, int numThreads) {}

    /**
     * Puts a launch behind all that were made before; returns without waiting for it.
     *
     * @param arguments as the kernel takes them: {@link CudaBuffer} of the same device for a pointer, null for none,
     *     {@link Integer} for an int
     * @throws IllegalArgumentException if an argument is of another kind
     * @throws org.sparkmlext.kernels.KernelException if the device refuses the launch
     */
    void launch(Grid grid, @Nullable Object... arguments) {
        device.requireOpen();
        NativePointerObject[] pointers = new NativePointerObject[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            pointers[i] = pointerTo(arguments[i]);
        }
        JCudaCalls.check(
                JCudaDriver.cuLaunchKernel(
                        function,
                        grid.x(),
                        grid.y(),
                        grid.z(),
                        grid.numThreads(),
                        1,
                        1,
                        sharedBytes,
                        null,
                        Pointer.to(pointers),
                        null),
                "launching " + name + " as " + grid);
    }

    private static Pointer pointerTo(@Nullable Object argument) {
        if (argument == null) {
            return Pointer.to(new long[1]);
        }
        if (argument instanceof CudaBuffer buffer) {
            return Pointer.to(buffer.address());
        }
        if (argument instanceof Integer number) {
            return Pointer.to(new int[] {number});
        }
        throw new IllegalArgumentException("kernels take buffers of a CUDA device and ints, not "
                + argument.getClass().getName());
    }
}
