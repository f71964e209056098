package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;

/**
 * A launch of a kernel, with arguments as {@link DeviceKernel#launch} takes them.
 *
 * @param sharedBytes dynamic shared memory of a block
 */
record KernelWork(String file, String name, int sharedBytes, Grid grid) implements Launch.Work {

    @Override
    public Runnable bind(CudaDevice device, @Nullable Object[] arguments) {
        DeviceKernel kernel = device.kernel(file, name, sharedBytes);
        return () -> kernel.launch(grid, arguments);
    }
}
