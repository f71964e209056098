package org.sparkmlext.kernels.cuda;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.BackendProvider;
import org.sparkmlext.kernels.cuda.device.GpuRuntime;
import org.sparkmlext.kernels.cuda.device.JCudaDevice;
import org.sparkmlext.kernels.cuda.device.NcclLibrary;

/**
 * Entry of the CUDA back end: used where it is asked for by name. {@code auto} stays with the CPU, whose rank is higher, until
 * these kernels have been timed as a whole on a GPU.
 */
public final class CudaBackendProvider implements BackendProvider {

    @Override
    public String name() {
        return CudaBackend.NAME;
    }

    @Override
    public int rank() {
        return -1;
    }

    @Override
    public String resource() {
        return "gpu";
    }

    @Override
    public Availability availability(int ordinal) {
        return GpuRuntime.look(ordinal);
    }

    @Override
    public String remark() {
        return "sums from GPU to GPU: " + NcclLibrary.look().reason();
    }

    @Override
    public Backend open(BackendOptions options) {
        return new CudaBackend(JCudaDevice.open(options.ordinal(), options.products()));
    }
}
