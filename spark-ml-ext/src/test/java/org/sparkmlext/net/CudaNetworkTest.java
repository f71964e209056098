package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.training.InvalidTrainingDataException;

/** The CUDA back end with its kernels run on the CPU. */
class CudaNetworkTest extends CudaNetworkContract {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    @Override
    String device() {
        return "emulated";
    }

    @Test
    void ranksOnDifferentDevicesAreRefused() {
        assertThatThrownBy(() -> train(2, "emulated", "cpu"))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("rank 0 on cuda, rank 1 on cpu")
                .hasMessageContaining("Set device to cpu, or to cuda with a GPU for every worker");
    }
}
