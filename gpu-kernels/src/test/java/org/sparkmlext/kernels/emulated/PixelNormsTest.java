package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** Statistics of pixels, summed block by block: right to the last digits of float32, wherever the mean is; padding stays 0. */
@Timeout(120)
class PixelNormsTest {

    /** Of an image batch, by which statistics are multiplied where they are summed over ranks. */
    private static final float ROWS = 3;

    private static final float EPSILON = 1e-3f;
    private static final float SCALE = 2;
    private static final float SHIFT = 0.5f;

    private static CudaEmulator norms;

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        norms = CudaEmulator.of("pixel_norms");
    }

    private static int padded(int channels) {
        return (channels + 7) / 8 * 8;
    }

    /** Pixels around a mean, as bfloat16; 0 in the padding. */
    private static short[] pixels(int count, int channels, double mean) {
        SplittableRandom random = new SplittableRandom(count);
        short[] all = new short[count * padded(channels)];
        for (int i = 0; i < all.length; i++) {
            float value = (float) (mean + random.nextInt(-8, 9) * Math.max(1, Math.abs(mean)) / 64);
            all[i] = i % padded(channels) < channels ? (short) (Float.floatToIntBits(value) >>> 16) : 0;
        }
        return all;
    }

    private static double value(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    private static Memory floats(int count) {
        Memory memory = new Memory(4L * count + 16);
        memory.setMemory(0, memory.size(), (byte) 0xCD);
        return memory;
    }

    private static Memory all(int count, float value) {
        Memory memory = floats(count);
        for (int i = 0; i < count; i++) {
            memory.setFloat(4L * i, value);
        }
        return memory;
    }

    @ParameterizedTest
    @CsvSource({"1,3,0", "5,8,1", "1000,3,-40", "700,20,1000", "257,64,0.01", "129,264,-3", "64,2056,100"})
    void statisticsAndWhatIsNormalisedByThem(int count, int channels, double middle) {
        int groups = padded(channels) / 8;
        int ofBlock = 256 / Math.min(groups, 32) * 2;
        int blocks = (count + ofBlock - 1) / ofBlock;
        short[] x = pixels(count, channels, middle);
        Shape shape = new Shape(blocks, (groups + 31) / 32, 1, 256, 0);
        try (Memory pixels = new Memory(2L * x.length + 16);
                Memory normal = new Memory(2L * x.length + 16);
                Memory partials = floats(2 * blocks * padded(channels));
                Memory scale = all(channels, SCALE);
                Memory shift = all(channels, SHIFT);
                Memory means = floats(channels);
                Memory variances = floats(channels);
                Memory meanSums = floats(channels);
                Memory varianceSums = floats(channels);
                Memory table = floats(3 * padded(channels))) {
            Memory in = pixels.align(16);
            Memory out = normal.align(16);
            Memory aligned = table.align(16);
            in.write(0, x, 0, x.length);
            norms.launch("partial_statistics", shape, in, partials, groups, ofBlock, count);
            norms.launch(
                    "merge_statistics",
                    new Shape(groups, 1, 1, 1024, 0),
                    partials,
                    blocks,
                    ofBlock,
                    count,
                    scale,
                    shift,
                    EPSILON,
                    means,
                    variances,
                    meanSums,
                    varianceSums,
                    ROWS,
                    aligned,
                    channels);
            norms.launch("normalize_pixels", shape, in, aligned, out, 0, groups, ofBlock, count);
            for (int c = 0; c < padded(channels); c++) {
                check(x, out.getShortArray(0, x.length), count, channels, c, means, variances);
            }
            for (int c = 0; c < channels; c++) {
                assertThat(meanSums.getFloat(4L * c)).isEqualTo(means.getFloat(4L * c) * ROWS);
                assertThat(varianceSums.getFloat(4L * c)).isEqualTo(variances.getFloat(4L * c) * ROWS);
            }
        }
    }

    /** In one launch of a block for each group of features. */
    @ParameterizedTest
    @CsvSource({"1,3,0", "5,8,1", "1000,3,-40", "700,20,1000", "257,64,0.01", "129,264,-3"})
    void rowsAndTheirStatistics(int count, int channels, double middle) {
        short[] x = pixels(count, channels, middle);
        Shape shape = new Shape(padded(channels) / 8, 1, 1, 256, 0);
        try (Memory rows = new Memory(2L * x.length + 16);
                Memory normal = new Memory(2L * x.length + 16);
                Memory scale = all(channels, SCALE);
                Memory shift = all(channels, SHIFT);
                Memory means = floats(channels);
                Memory variances = floats(channels);
                Memory sums = floats(channels)) {
            Memory in = rows.align(16);
            Memory out = normal.align(16);
            in.write(0, x, 0, x.length);
            CudaEmulator.of("row_norms")
                    .launch(
                            "normalize_rows",
                            shape,
                            in,
                            scale,
                            shift,
                            EPSILON,
                            means,
                            variances,
                            null,
                            sums,
                            out,
                            0,
                            null,
                            null,
                            0,
                            0,
                            1f,
                            null,
                            channels,
                            count);
            for (int c = 0; c < padded(channels); c++) {
                check(x, out.getShortArray(0, x.length), count, channels, c, means, variances);
            }
            for (int c = 0; c < channels; c++) {
                assertThat(sums.getFloat(4L * c)).isEqualTo(variances.getFloat(4L * c) * count);
            }
        }
    }

    private static void check(short[] x, short[] y, int count, int channels, int c, Memory means, Memory variances) {
        double mean = 0;
        for (int p = 0; p < count; p++) {
            mean += value(x[p * padded(channels) + c]) / count;
        }
        double variance = 0;
        for (int p = 0; p < count; p++) {
            variance += Math.pow(value(x[p * padded(channels) + c]) - mean, 2) / count;
        }
        if (c < channels) {
            assertThat((double) means.getFloat(4L * c)).isCloseTo(mean, within(1e-6 * Math.max(1, Math.abs(mean))));
            assertThat((double) variances.getFloat(4L * c))
                    .isCloseTo(variance, within(2e-6 * variance + 1e-12 * mean * mean));
        }
        for (int p = 0; p < count; p++) {
            int at = p * padded(channels) + c;
            if (c < channels) {
                double expected = (value(x[at]) - mean) / Math.sqrt(variance + EPSILON) * SCALE + SHIFT;
                assertThat(value(y[at])).isCloseTo(expected, within(Math.abs(expected) / 256 + 1e-4));
            } else {
                assertThat(y[at]).as("padding").isZero();
            }
        }
    }
}
