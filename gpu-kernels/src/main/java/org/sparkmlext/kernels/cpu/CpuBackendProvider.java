package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.BackendProvider;

/** Entry of the CPU back end: always available, and the last choice of {@code auto}. */
public final class CpuBackendProvider implements BackendProvider {

    static final String NAME = "cpu";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Availability availability(int ordinal) {
        return Availability.yes(Runtime.getRuntime().availableProcessors() + " cores");
    }

    @Override
    public Backend open(BackendOptions options) {
        return new CpuBackend(options.numThreads(), options.directory());
    }
}
