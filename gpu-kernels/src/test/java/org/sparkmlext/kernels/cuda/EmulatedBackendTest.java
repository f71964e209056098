package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeData;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/** The CUDA back end, all of it but the driver, obeys the whole contract; on devices with much and with little shared memory. */
@Timeout(600)
class EmulatedBackendTest {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    private static Backend open(int sharedBytes) {
        return new CudaBackend(new EmulatedDevice(sharedBytes));
    }

    @Nested
    class Contract extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return EmulatedBackendTest.open(EmulatedDevice.MUCH_SHARED_BYTES);
        }
    }

    /** The narrow histogram kernels. */
    @Nested
    class LittleSharedMemory extends TreeKernelsContract.DenseHistograms {
        @Override
        protected Backend open() {
            return EmulatedBackendTest.open(EmulatedDevice.LITTLE_SHARED_BYTES);
        }
    }

    @Test
    void memoryThatIsNotThereIsAnErrorWithNumbers() {
        try (Backend backend = open(EmulatedDevice.MUCH_SHARED_BYTES);
                Buffer some = backend.allocate(ElementType.LONG, 1000)) {
            assertThat(some.length()).isEqualTo(1000);
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> backend.allocate(ElementType.LONG, Integer.MAX_VALUE))
                    .withMessageContaining("17179869176 bytes asked")
                    .withMessageContaining("4294959104 bytes free of 4294967296");
            BinLayout wide = new BinLayout(TreeData.bins(3000, 255));
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> backend.trees().allocateRows(wide, 10_000_000))
                    .withMessageContaining("the bins of 10000000 rows x 3000 features");
        }
    }

    /** Both layouts of a block that is longer than a piece, where there is little more memory than for them and one piece. */
    @Test
    void aLongBlockIsPlacedInPieces() {
        int numRows = 80_003;
        int numFeatures = 201;
        byte[][] bins = new byte[numFeatures][numRows];
        for (int f = 0; f < numFeatures; f++) {
            for (int r = 0; r < numRows; r++) {
                bins[f][r] = (byte) ((r * 31L + f * 7L) % 255);
            }
        }
        int feature = numFeatures - 1;
        int lastLeft = 100;
        float[] expected = new float[numRows];
        for (int r = 0; r < numRows; r++) {
            expected[r] = Byte.toUnsignedInt(bins[feature][r]) <= lastLeft ? 1 : 2;
        }
        EmulatedDevice device = new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES);
        device.leave((long) numRows * (numFeatures + HistogramLaunch.rowBytes(numFeatures)) + (18L << 20));
        try (Backend backend = new CudaBackend(device);
                DenseRows rows = backend.trees().allocateRows(new BinLayout(TreeData.bins(numFeatures, 255)), numRows);
                RowPartition partition = backend.trees().allocatePartition(numRows);
                Buffer byTree = backend.allocate(ElementType.FLOAT, numRows);
                Buffer byPartition = backend.allocate(ElementType.FLOAT, numRows)) {
            rows.copyIn(0, bins, numRows);
            BinTree tree = new BinTree(
                    new int[] {feature, -1, -1},
                    new int[] {lastLeft, 0, 0},
                    new boolean[3],
                    new int[] {1, 0, 0},
                    new int[] {2, 0, 0},
                    new float[] {0, 1, 2});
            backend.trees().addTree(rows, tree, byTree);
            assertThat(EmulatedGraphKernelsTest.read(byTree)).isEqualTo(expected);
            RowRange all = new RowRange(0, numRows);
            int middle = backend.trees()
                    .partition(rows, partition, List.of(new PartitionTask(all, feature, lastLeft, false)))[0];
            List<RowRange> leaves = List.of(new RowRange(0, middle), new RowRange(middle, numRows));
            backend.trees().addLeafValues(partition, leaves, new float[] {1, 2}, byPartition);
            assertThat(EmulatedGraphKernelsTest.read(byPartition)).isEqualTo(expected);
        }
    }

    /** The emulated device counts what is not freed, and refuses to be closed before. */
    @Test
    void whatACallerLostIsFreedWithTheBackEnd() {
        Backend backend = open(EmulatedDevice.MUCH_SHARED_BYTES);
        Buffer lost = backend.allocate(ElementType.LONG, 10);
        backend.close();
        lost.close();
    }

    @Test
    void describesTheDevice() {
        try (Backend backend = open(EmulatedDevice.MUCH_SHARED_BYTES)) {
            assertThat(backend.description()).isEqualTo("cuda: CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB");
        }
    }
}
