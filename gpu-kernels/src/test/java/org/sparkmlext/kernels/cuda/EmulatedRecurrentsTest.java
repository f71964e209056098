package org.sparkmlext.kernels.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.RecurrentContract;

/** Recurrent layers on devices that make the CUDA back end cut batches and place weights otherwise than on the usual emulated one. */
@Timeout(600)
class EmulatedRecurrentsTest {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    private static Backend openBackend(int sharedBytes, int numMultiprocessors) {
        return new CudaBackend(EmulatedDevice.ofMultiprocessors(sharedBytes, numMultiprocessors));
    }

    /** A row a block. */
    @Nested
    class ManyMultiprocessors extends RecurrentContract {
        @Override
        protected Backend open() {
            return openBackend(EmulatedDevice.MUCH_SHARED_BYTES, 100);
        }
    }

    /** Weights of large layers are read again in every step; all rows in a block, and more than it takes. */
    @Nested
    class LittleSharedMemory extends RecurrentContract {
        @Override
        protected Backend open() {
            return openBackend(EmulatedDevice.LITTLE_SHARED_BYTES, 1);
        }
    }
}
