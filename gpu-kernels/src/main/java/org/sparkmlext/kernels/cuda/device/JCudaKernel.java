package org.sparkmlext.kernels.cuda.device;

import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** One kernel of a {@link JCudaModule}, launched in one stream. */
record JCudaKernel(String name, CUfunction function, int sharedBytes, CUstream stream, JCudaArguments block)
        implements DeviceKernel {

    @Override
    public void launch(Grid grid, @Nullable Object... arguments) {
        int code = JCudaDriver.cuLaunchKernel(
                function,
                grid.x(),
                grid.y(),
                grid.z(),
                grid.numThreads(),
                1,
                1,
                sharedBytes,
                stream,
                block.of(arguments),
                null);
        if (code != 0) {
            JCudaCalls.check(code, "launching " + name + " as " + grid);
        }
    }
}
