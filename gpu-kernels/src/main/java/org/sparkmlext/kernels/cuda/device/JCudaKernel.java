package org.sparkmlext.kernels.cuda.device;

import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** One kernel of a {@link JCudaModule}. */
final class JCudaKernel implements DeviceKernel {

    private final String name;
    private final CUfunction function;
    private final int sharedBytes;

    JCudaKernel(String name, CUfunction function, int sharedBytes) {
        this.name = name;
        this.function = function;
        this.sharedBytes = sharedBytes;
    }

    @Override
    public void launch(Grid grid, @Nullable Object... arguments) {
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
        if (argument instanceof JCudaMemory memory) {
            return Pointer.to(memory.address());
        }
        if (argument instanceof Integer number) {
            return Pointer.to(new int[] {number});
        }
        if (argument instanceof Long number) {
            return Pointer.to(new long[] {number});
        }
        if (argument instanceof Float number) {
            return Pointer.to(new float[] {number});
        }
        if (argument instanceof Double number) {
            return Pointer.to(new double[] {number});
        }
        throw new IllegalArgumentException("kernels take memory of a CUDA device, ints, longs, floats and doubles, not "
                + argument.getClass().getName());
    }
}
