package org.sparkmlext.net;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;

/** The CUDA back end on a GPU. */
@Tag("gpu")
class GpuNetworkTest extends CudaNetworkContract {

    private static Backend held;

    /** The device's context, which takes most of a second to make, stays from test to test. */
    @BeforeAll
    static void hold() {
        held = Backends.open("cuda", BackendOptions.threads(1)).backend();
    }

    @AfterAll
    static void giveBack() {
        held.close();
    }

    @Override
    String device() {
        return "cuda";
    }
}
