package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** A product is the same to the bit by whichever tile it is computed, so that the choice of a tile is one of speed alone. */
@Timeout(120)
class ProductTilesTest {

    private static CudaEmulator products;

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        products = CudaEmulator.of("products");
    }

    private static Memory random(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        Memory memory = new Memory(4L * length);
        for (int i = 0; i < length; i++) {
            memory.setFloat(4L * i, (float) random.nextDouble(-1, 1));
        }
        return memory;
    }

    private static int tiles(int rows, int columns, int size) {
        return (rows + size - 1) / size * ((columns + size - 1) / size);
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
        int results = batches * rows * columns;
        // The last of a batch has another inner axis.
        int last = Math.max(1, inner - 3);
        float[] plain = new float[results];
        try (Memory a = random(1, batches * rows * inner);
                Memory b = random(2, batches * columns * inner);
                Memory bias = random(3, columns);
                Memory out = random(4, results)) {
            float[] before = out.getFloatArray(0, results);
            for (int z = 0; z < batches; z++) {
                for (int m = 0; m < rows; m++) {
                    for (int n = 0; n < columns; n++) {
                        float sum = 0;
                        for (int k = 0; k < (z == batches - 1 ? last : inner); k++) {
                            int atA = z * rows * inner + (isFirstTurned ? k * rows + m : m * inner + k);
                            int atB = z * columns * inner + (isSecondTurned ? n * inner + k : k * columns + n);
                            sum += a.getFloat(4L * atA) * b.getFloat(4L * atB);
                        }
                        int at = (z * rows + m) * columns + n;
                        plain[at] = before[at] + (sum * 0.5f + bias.getFloat(4L * n));
                    }
                }
            }
            for (String tile : new String[] {"small 16 64", "large 64 256", "huge 128 256"}) {
                String[] sizes = tile.split(" ");
                out.write(0, before, 0, results);
                products.launch(
                        "matrices_" + sizes[0],
                        new Shape(
                                tiles(rows, columns, Integer.parseInt(sizes[1])),
                                1,
                                batches,
                                Integer.parseInt(sizes[2]),
                                0),
                        a,
                        b,
                        bias,
                        out,
                        rows,
                        columns,
                        inner,
                        last,
                        isFirstTurned ? 1L : (long) inner,
                        isFirstTurned ? (long) rows : 1L,
                        isSecondTurned ? 1L : (long) columns,
                        isSecondTurned ? (long) inner : 1L,
                        (long) columns,
                        (long) rows * inner,
                        (long) columns * inner,
                        (long) rows * columns,
                        0.5f,
                        1);
                float[] actual = out.getFloatArray(0, results);
                assertThat(Arrays.mismatch(actual, plain)).as(tile).isEqualTo(-1);
            }
        }
    }
}
