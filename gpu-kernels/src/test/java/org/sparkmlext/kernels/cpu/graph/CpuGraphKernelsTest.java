package org.sparkmlext.kernels.cpu.graph;

import org.junit.jupiter.api.Nested;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.GraphKernelsContract;
import org.sparkmlext.kernels.graph.WrongInputsContract;

/** oneDNN obeys the contract, on 1, 2 and 3 threads. */
class CpuGraphKernelsTest {

    private static Backend open(int threads) {
        return Backends.open("cpu", BackendOptions.threads(threads)).backend();
    }

    @Nested
    class OneThread extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return CpuGraphKernelsTest.open(1);
        }
    }

    @Nested
    class TwoThreads extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return CpuGraphKernelsTest.open(2);
        }
    }

    @Nested
    class ThreeThreads extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return CpuGraphKernelsTest.open(3);
        }
    }

    @Nested
    class WrongInputs extends WrongInputsContract {
        @Override
        protected Backend open() {
            return CpuGraphKernelsTest.open(2);
        }
    }
}
