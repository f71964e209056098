package org.sparkmlext.kernels.sealed;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.BackendProvider;

/** Opens {@link SealedBackend}: device {@code sealed} wherever these tests are on the class path, never {@code auto}'s. */
public final class SealedBackendProvider implements BackendProvider {

    static final String NAME = "sealed";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return -1;
    }

    @Override
    public Availability availability(int ordinal) {
        return Availability.yes("for tests");
    }

    @Override
    public SealedBackend open(BackendOptions options) {
        return new SealedBackend();
    }
}
