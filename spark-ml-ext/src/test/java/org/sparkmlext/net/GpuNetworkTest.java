package org.sparkmlext.net;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkmlext.testing.HeldGpu;

/** The CUDA back end on a GPU. */
@Tag("gpu")
@ExtendWith(HeldGpu.class)
class GpuNetworkTest extends CudaNetworkContract {

    @Override
    String device() {
        return "cuda";
    }
}
