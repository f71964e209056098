package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** A product is the same whichever tile computes it, so that the choice of a tile is one of speed alone: in float32 to the bit. */
@Timeout(120)
class ProductTilesTest {

    private static final float FACTOR = 0.5f;

    private static CudaEmulator products;
    private static CudaEmulator ofBfloat16;

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        products = CudaEmulator.of("products");
        ofBfloat16 = CudaEmulator.of("products_bfloat16");
    }

    /** A batch of products; the last one has a shorter inner axis. */
    private record Case(int rows, int columns, int inner, int batches, boolean isFirstTurned, boolean isSecondTurned) {

        private static final int SEED = 1;

        int results() {
            return batches * rows * columns;
        }

        int lastInner() {
            return Math.max(1, inner - 3);
        }

        float[] a(boolean isRounded) {
            return random(SEED, batches * rows * inner, isRounded);
        }

        float[] b(boolean isRounded) {
            return random(SEED + 1, batches * columns * inner, isRounded);
        }

        float[] bias() {
            return random(SEED + 2, columns, false);
        }

        float[] before() {
            return random(SEED + 3, results(), false);
        }

        private static float[] random(long seed, int length, boolean isRounded) {
            SplittableRandom random = new SplittableRandom(seed);
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                float value = (float) random.nextDouble(-1, 1);
                values[i] = isRounded ? bfloat16(value) : value;
            }
            return values;
        }

        /** To the nearest, ties to even. */
        private static float bfloat16(float value) {
            int bits = Float.floatToRawIntBits(value);
            return Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
        }

        /** Summed one after the other in float32. */
        float[] expected(boolean isRounded) {
            float[] a = a(isRounded);
            float[] b = b(isRounded);
            float[] bias = bias();
            float[] y = before();
            for (int z = 0; z < batches; z++) {
                for (int m = 0; m < rows; m++) {
                    for (int n = 0; n < columns; n++) {
                        float sum = 0;
                        for (int k = 0; k < (z == batches - 1 ? lastInner() : inner); k++) {
                            int atA = z * rows * inner + (isFirstTurned ? k * rows + m : m * inner + k);
                            int atB = z * columns * inner + (isSecondTurned ? n * inner + k : k * columns + n);
                            sum += a[atA] * b[atB];
                        }
                        y[(z * rows + m) * columns + n] += sum * FACTOR + bias[n];
                    }
                }
            }
            return y;
        }

        float[] run(CudaEmulator kernels, String kernel, int side, int threads) {
            int tiles = (rows + side - 1) / side * ((columns + side - 1) / side);
            try (Memory a = memory(a(false));
                    Memory b = memory(b(false));
                    Memory bias = memory(bias());
                    Memory y = memory(before())) {
                kernels.launch(
                        kernel,
                        new Shape(tiles, 1, batches, threads, 0),
                        a,
                        b,
                        bias,
                        y,
                        rows,
                        columns,
                        inner,
                        lastInner(),
                        isFirstTurned ? 1L : (long) inner,
                        isFirstTurned ? (long) rows : 1L,
                        isSecondTurned ? 1L : (long) columns,
                        isSecondTurned ? (long) inner : 1L,
                        (long) columns,
                        (long) rows * inner,
                        (long) columns * inner,
                        (long) rows * columns,
                        FACTOR,
                        1);
                return y.getFloatArray(0, results());
            }
        }

        private static Memory memory(float[] values) {
            Memory memory = new Memory((long) values.length * Float.BYTES);
            memory.write(0, values, 0, values.length);
            return memory;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "128, 128, 8, 1, false, false",
        "130, 257, 19, 2, true, false",
        "260, 129, 7, 1, false, true",
        "1, 300, 33, 1, true, true",
        "200, 1, 1, 3, false, false"
    })
    void allTilesMakeTheSameBits(
            int rows, int columns, int inner, int batches, boolean isFirstTurned, boolean isSecondTurned) {
        Case product = new Case(rows, columns, inner, batches, isFirstTurned, isSecondTurned);
        float[] expected = product.expected(false);
        assertThat(Arrays.mismatch(product.run(products, "matrices_small", 16, 64), expected))
                .isEqualTo(-1);
        assertThat(Arrays.mismatch(product.run(products, "matrices_large", 64, 256), expected))
                .isEqualTo(-1);
        assertThat(Arrays.mismatch(product.run(products, "matrices_huge", 128, 256), expected))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 64, 16, 1, false, false",
        "130, 137, 39, 2, true, false",
        "70, 129, 5, 1, false, true",
        "129, 48, 33, 1, true, true"
    })
    void tensorCoresRoundOperandsAndNothingElse(
            int rows, int columns, int inner, int batches, boolean isFirstTurned, boolean isSecondTurned) {
        Case product = new Case(rows, columns, inner, batches, isFirstTurned, isSecondTurned);
        float[] expected = product.expected(true);
        float[] large = product.run(ofBfloat16, "matrices_bfloat16_large", 64, 128);
        float[] huge = product.run(ofBfloat16, "matrices_bfloat16_huge", 128, 256);
        assertThat(Arrays.mismatch(large, huge)).isEqualTo(-1);
        for (int i = 0; i < expected.length; i++) {
            assertThat(large[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
