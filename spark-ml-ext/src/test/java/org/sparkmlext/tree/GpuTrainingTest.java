package org.sparkmlext.tree;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkmlext.testing.HeldGpu;

/** The CUDA back end on a GPU; every model has the defaults' 100 trees. */
@Tag("gpu")
@ExtendWith(HeldGpu.class)
class GpuTrainingTest extends CudaTrainingContract {

    @Override
    String device() {
        return "cuda";
    }

    @Override
    int numRows() {
        return 20_000;
    }

    @Override
    int trees(int few) {
        return 100;
    }
}
