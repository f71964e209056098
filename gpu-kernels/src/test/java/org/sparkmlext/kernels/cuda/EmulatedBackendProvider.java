package org.sparkmlext.kernels.cuda;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.BackendProvider;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.emulated.CudaEmulator;

/** Opens the CUDA back end on {@link EmulatedDevice}: device {@code emulated} wherever these tests are on the class path. */
public final class EmulatedBackendProvider implements BackendProvider {

    /** A back end that runs out of memory: the allocation after so many is refused, and so are all after it. */
    public static Backend withAllocations(int most) {
        return new CudaBackend(new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES, most));
    }

    @Override
    public String name() {
        return "emulated";
    }

    @Override
    public int rank() {
        return -2;
    }

    @Override
    public String resource() {
        return "gpu";
    }

    @Override
    public Availability availability(int ordinal) {
        return CudaEmulator.hasCompiler()
                ? Availability.yes("for tests")
                : Availability.no("no g++ on the PATH: CUDA kernels cannot be run on the CPU");
    }

    @Override
    public Backend open(BackendOptions options) {
        return new CudaBackend(
                options.products() == GpuProducts.AUTO
                        ? EmulatedDevice.withLibraries()
                        : EmulatedDevice.numbered(options.ordinal()));
    }
}
