package org.sparkmlext.kernels.cuda.graph;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.cuda.device.ProductCall;

/** A product by a library; its arguments are those of {@link ProductCall#run}. */
record LibraryWork(ProductCall call) implements Launch.Work {

    @Override
    public String name() {
        return call.library();
    }

    /** Runs it once as well, so that the library has loaded its kernels before launches are recorded. What it makes then nobody reads. */
    @Override
    public Runnable bind(CudaDevice device, @Nullable Object[] arguments) {
        DeviceMemory first = memory(arguments[0]);
        DeviceMemory second = memory(arguments[1]);
        DeviceMemory result = memory(arguments[2]);
        @Nullable DeviceMemory scratch = (DeviceMemory) arguments[3];
        Runnable run = () -> call.run(first, second, result, scratch);
        run.run();
        return run;
    }

    private static DeviceMemory memory(@Nullable Object argument) {
        return (DeviceMemory) Objects.requireNonNull(argument);
    }

    @Override
    public void free(CudaDevice device) {
        device.discard(call);
    }
}
