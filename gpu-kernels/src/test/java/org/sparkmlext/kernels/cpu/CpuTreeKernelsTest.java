package org.sparkmlext.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.MappedFileTest;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeData;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/** The whole contract on one, two and three threads, and what only the CPU does. */
class CpuTreeKernelsTest {

    @TempDir
    private static Path directory;

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

    /** Dense bins in files, of which a mapping holds a few hundred rows, or a column: blocks of rows cross from one to the next. */
    @Nested
    class InFiles extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, directory, 4096);
        }

        @AfterEach
        void nothingIsLeft() throws IOException {
            assertThat(directory).isEmptyDirectory();
            assertThat(MappedFileTest.numMappings("spark-ml-ext-bins")).isZero();
        }
    }

    /** Two threads end their pieces at about the same time, and the slot they move their sums to has no memory yet. */
    @Test
    void theFirstUseOfASlotLosesNoSums() {
        TreeData data = TreeData.random("slots", 4000, TreeData.bins(64, 255), 0, 5);
        byte[][] columns = new byte[64][data.numRows()];
        for (int f = 0; f < columns.length; f++) {
            for (int r = 0; r < data.numRows(); r++) {
                columns[f][r] = (byte) data.bin(r, f);
            }
        }
        try (Backend backend = open(2);
                Buffer gradients = backend.allocate(ElementType.LONG, data.numRows());
                DenseRows rows = backend.trees().allocateRows(data.layout(), data.numRows());
                RowPartition partition = backend.trees().allocatePartition(data.numRows())) {
            TreeKernels trees = backend.trees();
            rows.copyIn(0, columns, data.numRows());
            gradients.copyIn(0, data.randomGradients(3), 0, data.numRows());
            List<TreeKernels.HistogramTask> root =
                    List.of(new TreeKernels.HistogramTask(new RowRange(0, data.numRows()), 0));
            long[] expected = new long[0];
            for (int i = 0; i < 500; i++) {
                try (HistogramPool pool = trees.allocateHistograms(data.layout(), 1, false)) {
                    trees.histograms(rows, gradients, partition, GradientScale.Precision.COARSE, root, pool);
                    long[] sums = new long[2 * data.layout().totalBins()];
                    pool.copyOut(0, sums, 0);
                    expected = i == 0 ? sums : expected;
                    assertThat(sums).as("call %s", i).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void rowsInFilesAreClosedWithTheirBackEnd() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        BinLayout layout = new BinLayout(TreeData.bins(3, 200));
        Backend backend =
                new CpuBackendProvider().open(BackendOptions.threads(1).withDirectory(directory));
        assertThat(backend.description()).contains("dense bins in mapped files");
        BinnedRows rows = backend.trees().allocateRows(layout, 1000);
        assertThat(MappedFileTest.numMappings("spark-ml-ext-bins")).isEqualTo(Files.exists(maps) ? 2 : 0);
        backend.close();
        assertThat(MappedFileTest.numMappings("spark-ml-ext-bins")).isZero();
        rows.close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aDirectoryWithoutRoomIsAnErrorWithNumbers() {
        BinLayout wide = new BinLayout(TreeData.bins(20_000, 255));
        try (Backend backend = new CpuBackend(1, directory)) {
            assertThatThrownBy(() -> backend.trees().allocateRows(wide, 200_000_000))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("200000000 rows x 20000 features")
                    .hasMessageContaining(8_000_000_000_000L + " bytes are needed in " + directory)
                    .hasMessageContaining("are free there")
                    .hasMessageContaining("spark.local.dir");
            assertThat(directory).isEmptyDirectory();
        }
        Path nowhere = directory.resolve("nowhere");
        try (Backend backend = new CpuBackend(1, nowhere)) {
            assertThatThrownBy(() -> backend.trees().allocateRows(wide, 1))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining(nowhere.toString());
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

    /** Where auto falls back to the CPU the options still name the GPU that Spark gave the task. */
    @Test
    void theOrdinalOfAGpuIsNoMatterToTheCpu() {
        try (Backend backend = new CpuBackendProvider().open(new BackendOptions(1, 1))) {
            assertThat(backend.name()).isEqualTo("cpu");
        }
    }
}
