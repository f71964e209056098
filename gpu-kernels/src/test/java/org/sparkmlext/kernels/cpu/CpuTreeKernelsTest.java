package org.sparkmlext.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.TreeData;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/** The whole contract on one, two and three threads, and what only the CPU does. */
class CpuTreeKernelsTest {

    private static Backend open(int numThreads) {
        return new CpuBackendProvider().open(BackendOptions.threads(numThreads));
    }

    @AfterEach
    void noThreadIsLeft() {
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("cpu-kernels-"));
    }

    @Nested
    class OneThread extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return CpuTreeKernelsTest.open(1);
        }
    }

    @Nested
    class TwoThreads extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return CpuTreeKernelsTest.open(2);
        }
    }

    @Nested
    class ThreeThreads extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return CpuTreeKernelsTest.open(3);
        }
    }

    @Test
    void memoryThatIsNotThereIsAnErrorWithNumbers() {
        try (Backend backend = open(1)) {
            assertThatThrownBy(() -> backend.allocate(ElementType.LONG, Integer.MAX_VALUE))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining(8L * Integer.MAX_VALUE + " bytes asked")
                    .hasMessageContaining("bytes free")
                    .hasMessageContaining("spark.executor.memory");
            BinLayout wide = new BinLayout(TreeData.bins(3000, 255));
            assertThatThrownBy(() -> backend.trees().allocateRows(wide, 100_000_000))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("3000 features");
            assertThatThrownBy(() -> backend.trees().allocateHistograms(wide, 1_000_000, true))
                    .isInstanceOf(KernelException.class);
            assertThat(backend.allocate(ElementType.LONG, 10).length()).isEqualTo(10);
        }
    }

    @Test
    void describesThreadsAndHeap() {
        try (Backend backend = open(2)) {
            assertThat(backend.description()).matches("cpu: 2 threads, \\d+\\.\\d GiB heap");
        }
    }

    @Test
    void thereIsOneCpuDevice() {
        assertThatThrownBy(() -> new CpuBackendProvider().open(new BackendOptions(1, 1)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("ordinal is 0");
    }
}
