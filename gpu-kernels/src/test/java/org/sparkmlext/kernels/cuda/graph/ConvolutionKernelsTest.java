package org.sparkmlext.kernels.cuda.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.cuda.graph.Gather.Tile;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Every tile of {@code convolutions.cu} and {@code convolutions_float32.cu}, on sizes that fill none of them evenly, against sums of doubles. */
@Timeout(300)
class ConvolutionKernelsTest {

    private static final int ALIGNMENT = 16;
    private static final byte POISON = (byte) 0xCD;
    private static final Window2d WINDOW = Window2d.square(3).pad(1);

    private final List<Memory> memories = new ArrayList<>();
    private final Random random = new Random(7);

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    @AfterEach
    void free() {
        memories.forEach(Memory::close);
    }

    private Pointer allocate(long bytes) {
        Memory memory = new Memory(bytes + ALIGNMENT);
        memory.setMemory(0, memory.size(), POISON);
        memories.add(memory);
        return memory.align(ALIGNMENT);
    }

    /** Numbers of images, zeros where a channel is padding. */
    private float[] pixels(PixelNumber of, PixelShape shape) {
        float[] numbers = new float[shape.pixels() * shape.padded()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % shape.padded() < shape.channels() ? number(of) : 0;
        }
        return numbers;
    }

    /** With all the bits that numbers of this kind have. */
    private float number(PixelNumber of) {
        float number = (float) random.nextGaussian();
        return of == PixelNumber.BFLOAT16 ? value((short) (Float.floatToIntBits(number) >>> 16)) : number;
    }

    private static float value(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** As numbers of this kind, which they are. */
    private Pointer copied(PixelNumber of, float[] numbers) {
        if (of == PixelNumber.FLOAT32) {
            return copied(numbers);
        }
        short[] halves = new short[numbers.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = (short) (Float.floatToIntBits(numbers[i]) >>> 16);
        }
        Pointer memory = allocate(2L * numbers.length);
        memory.write(0, halves, 0, numbers.length);
        return memory;
    }

    private Pointer copied(float[] numbers) {
        Pointer memory = allocate(4L * numbers.length);
        memory.write(0, numbers, 0, numbers.length);
        return memory;
    }

    private static float[] read(PixelNumber of, Pointer memory, int count) {
        if (of == PixelNumber.FLOAT32) {
            return memory.getFloatArray(0, count);
        }
        short[] halves = memory.getShortArray(0, count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = value(halves[i]);
        }
        return numbers;
    }

    private static CudaEmulator kernels(Tile tile) {
        return CudaEmulator.of(tile.number().file("convolutions"));
    }

    /** Launches, and in float32 once more by instructions of a whole warp, as on a GPU, to the same bits. */
    private static void launch(
            Pointer made,
            int count,
            String kernel,
            Tile tile,
            int rows,
            int columns,
            int pieces,
            @Nullable Object... arguments) {
        Shape shape = new Shape(tile.count(rows, columns), 1, pieces, tile.threads(), tile.sharedBytes());
        if (tile.number() == PixelNumber.FLOAT32) {
            CudaEmulator.of("convolutions_float32_warps").launch(tile.name(kernel), shape, arguments);
            byte[] expected = made.getByteArray(0, count * Float.BYTES);
            launch(kernel, tile, rows, columns, pieces, arguments);
            assertThat(made.getByteArray(0, expected.length)).isEqualTo(expected);
        } else {
            launch(kernel, tile, rows, columns, pieces, arguments);
        }
    }

    private static void launch(
            String kernel, Tile tile, int rows, int columns, int pieces, @Nullable Object... arguments) {
        Shape shape = new Shape(tile.count(rows, columns), 1, pieces, tile.threads(), tile.sharedBytes());
        kernels(tile).launch(tile.name(kernel), shape, arguments);
    }

    private static @Nullable Object[] with(Gather gather, @Nullable Object... before) {
        return Stream.concat(Stream.of(before), Stream.of(gather.sizes())).toArray();
    }

    /** What lies under a tap of the window of the result's pixel. */
    private static double under(Gather g, float[] source, int pixel, int tap, int channel) {
        Window2d w = g.window();
        int u = tap / w.kernelWidth() * w.dilationHeight();
        int v = tap % w.kernelWidth() * w.dilationWidth();
        int row = pixel / g.result().area();
        int i = pixel % g.result().area() / g.result().width();
        int j = pixel % g.result().width();
        int h = g.isGradient() ? i + w.padTop() - u : i * w.strideHeight() - w.padTop() + u;
        int x = g.isGradient() ? j + w.padLeft() - v : j * w.strideWidth() - w.padLeft() + v;
        if (h < 0 || h >= g.source().height() || x < 0 || x >= g.source().width()) {
            return 0;
        }
        return source[
                ((row * g.source().height() + h) * g.source().width() + x)
                                * g.source().padded()
                        + channel];
    }

    record Case(Tile tile, Gather gather) {
        @Override
        public String toString() {
            return tile + " " + gather;
        }
    }

    private static Gather gather(int rows, int size, int channels, int outputs, Window2d window, boolean isGradient) {
        PixelShape source = new PixelShape(rows, channels, size, size + 2);
        int height = isGradient ? size : window.outputHeight(size);
        int width = isGradient ? size + 2 : window.outputWidth(size + 2);
        return new Gather(source, new PixelShape(rows, outputs, height, width), window, isGradient);
    }

    private static Stream<TensorTiles> tiles() {
        return Stream.of(PixelNumber.values()).map(TensorTiles::of);
    }

    static Stream<Case> gathers() {
        return tiles().flatMap(ConvolutionKernelsTest::gathers);
    }

    private static Stream<Case> gathers(TensorTiles tiles) {
        Window2d apart = new Window2d(3, 3, 1, 1, 2, 2, 2, 2, 2, 2);
        return Stream.of(
                new Case(tiles.fewChannels(), gather(3, 9, 3, 20, WINDOW, false)),
                new Case(tiles.fewChannels(), gather(2, 12, 64, 64, WINDOW, false)),
                new Case(tiles.fewOutputs(), gather(2, 9, 72, 60, WINDOW, false)),
                new Case(tiles.fewOutputs(), gather(2, 9, 64, 60, WINDOW, true)),
                new Case(
                        tiles.fewOutputs(),
                        gather(3, 11, 20, 9, Window2d.square(5).stride(2).pad(1), false)),
                new Case(tiles.manyOutputs(), gather(2, 9, 128, 130, WINDOW, false)),
                new Case(tiles.manyOutputs(), gather(1, 13, 24, 100, apart, false)),
                new Case(tiles.manyOutputs(), gather(1, 13, 24, 100, apart, true)),
                new Case(tiles.fewPixels(), Gather.ofRows(5, 300, 70, false)),
                new Case(tiles.fewPixels(), Gather.ofRows(70, 64, 10, true)));
    }

    @ParameterizedTest
    @MethodSource("gathers")
    void productsAreThoseOfDoubles(Case one) {
        Gather g = one.gather();
        int outputs = g.result().channels();
        int channels = g.source().channels();
        int taps = g.taps();
        PixelNumber of = one.tile().number();
        // In plain order; the gradient's weights are [its source's channel][its result's channel][tap].
        float[] plain = new float[outputs * channels * taps];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = number(of);
        }
        int lines = g.result().padded();
        Pointer packed = allocate((long) of.bytes() * lines * g.inner());
        kernels(one.tile())
                .launch(
                        "pack_weights",
                        new Shape((lines * g.inner() + 255) / 256, 1, 1, 256, 0),
                        copied(plain),
                        packed,
                        g.isGradient() ? channels : outputs,
                        g.isGradient() ? outputs : channels,
                        taps,
                        g.isGradient() ? 1 : 0,
                        lines * g.inner());
        float[] bias = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            bias[o] = o / 8f;
        }
        float[] source = pixels(of, g.source());
        int pixels = g.result().pixels();
        int tiles = (pixels + one.tile().rows() - 1) / one.tile().rows();
        Pointer result = allocate((long) of.bytes() * pixels * lines);
        Pointer statistics = allocate(8L * tiles * lines);
        launch(
                result,
                pixels * lines,
                "gather",
                one.tile(),
                pixels,
                lines,
                1,
                with(g, copied(of, source), packed, copied(bias), outputs, result, statistics));
        float[] got = read(of, result, pixels * lines);
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int o = 0; o < lines; o++) {
                double sum = o < outputs ? bias[o] : 0;
                double size = Math.abs(sum);
                for (int tap = 0; o < outputs && tap < taps; tap++) {
                    for (int c = 0; c < channels; c++) {
                        int at = g.isGradient() ? (c * outputs + o) * taps + tap : (o * channels + c) * taps + tap;
                        double product = under(g, source, pixel, tap, c) * plain[at];
                        sum += product;
                        size += Math.abs(product);
                    }
                }
                double rounding = of == PixelNumber.BFLOAT16 ? Math.abs(sum) / 256 : 0;
                assertThat((double) got[pixel * lines + o])
                        .as("pixel %d, output %d", pixel, o)
                        .isCloseTo(sum, within(rounding + size * 1e-6));
            }
        }
        checkStatistics(one.tile(), got, lines, pixels, statistics.getFloatArray(0, 2 * tiles * lines));
    }

    private static void checkStatistics(Tile tile, float[] stored, int lines, int pixels, float[] statistics) {
        for (int first = 0, part = 0; first < pixels; first += tile.rows(), part++) {
            int count = Math.min(tile.rows(), pixels - first);
            for (int o = 0; o < lines; o++) {
                double mean = 0;
                for (int i = 0; i < count; i++) {
                    mean += stored[(first + i) * lines + o] / (double) count;
                }
                double squares = 0;
                for (int i = 0; i < count; i++) {
                    squares += Math.pow(stored[(first + i) * lines + o] - mean, 2);
                }
                assertThat((double) statistics[2 * part * lines + o])
                        .isCloseTo(mean, within(1e-4 * (1 + Math.abs(mean))));
                assertThat((double) statistics[(2 * part + 1) * lines + o])
                        .isCloseTo(squares, within(1e-3 * (1 + squares)));
            }
        }
    }

    /** What has overflowed stays in its channels: padding is 0, not the NaN of an infinity times 0. */
    @ParameterizedTest
    @EnumSource(PixelNumber.class)
    void paddingOfAnInfiniteImageIsZero(PixelNumber of) {
        Gather g = gather(1, 5, 8, 3, WINDOW, false);
        float[] source = new float[g.source().pixels() * g.source().padded()];
        source[0] = Float.POSITIVE_INFINITY;
        int pixels = g.result().pixels();
        int lines = g.result().padded();
        Pointer result = allocate((long) of.bytes() * pixels * lines);
        Pointer weights = copied(of, new float[lines * g.inner()]);
        launch(
                "gather",
                TensorTiles.of(of).fewPixels(),
                pixels,
                lines,
                1,
                with(g, copied(of, source), weights, null, 3, result, null));
        float[] got = read(of, result, pixels * lines);
        for (int i = 0; i < got.length; i++) {
            if (i % lines >= 3) {
                assertThat(got[i]).isZero();
            }
        }
        assertThat(got[0]).isNaN();
    }

    static Stream<Case> weights() {
        return tiles().flatMap(tiles -> Stream.of(
                new Case(tiles.weightsOfFewColumns(), gather(3, 9, 3, 20, WINDOW, false)),
                new Case(tiles.weightsOfFewOutputs(), gather(2, 9, 24, 60, WINDOW, false)),
                new Case(
                        tiles.weightsOfFewOutputs(),
                        gather(2, 9, 30, 9, Window2d.square(5).stride(2).pad(1), false)),
                new Case(tiles.weightsOfMany(), gather(2, 7, 20, 130, WINDOW, false)),
                new Case(tiles.weightsOfMany(), Gather.ofRows(70, 200, 70, false))));
    }

    @ParameterizedTest
    @MethodSource("weights")
    void gradientsOfWeightsAreThoseOfDoubles(Case one) {
        Gather g = one.gather();
        int outputs = g.result().channels();
        int channels = g.source().channels();
        int taps = g.taps();
        PixelNumber of = one.tile().number();
        float[] source = pixels(of, g.source());
        float[] dy = pixels(of, g.result());
        int pixels = g.result().pixels();
        int lines = g.result().padded();
        int length = (pixels / 2 + one.tile().inner() - 1)
                / one.tile().inner()
                * one.tile().inner();
        int count = (pixels + length - 1) / length;
        Pointer pieces = allocate(4L * count * lines * g.inner());
        launch(
                pieces,
                count * lines * g.inner(),
                "gather_weights",
                one.tile(),
                lines,
                g.inner(),
                count,
                with(g, copied(of, source), copied(of, dy), pieces, length));
        Pointer dw = allocate(4L * outputs * channels * taps);
        kernels(one.tile())
                .launch(
                        "add_weight_pieces",
                        new Shape((outputs * g.inner() + 255) / 256, 1, 1, 256, 0),
                        pieces,
                        dw,
                        count,
                        outputs,
                        channels,
                        taps,
                        outputs * g.inner());
        float[] got = dw.getFloatArray(0, outputs * channels * taps);
        for (int o = 0; o < outputs; o++) {
            for (int c = 0; c < channels; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    double sum = 0;
                    double size = 0;
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        double product = dy[pixel * lines + o] * under(g, source, pixel, tap, c);
                        sum += product;
                        size += Math.abs(product);
                    }
                    assertThat((double) got[(o * channels + c) * taps + tap])
                            .as("output %d, channel %d, tap %d", o, c, tap)
                            .isCloseTo(sum, within(size * 1e-6 + 1e-30));
                }
            }
        }
    }

    /** The host's factor and shift for what kernels divide by. */
    @Test
    void divisorsDivideAllNumbers() {
        for (int by : new int[] {2, 3, 7, 9, 31, 32, 100, 1024, 65_535, 1_000_003, Integer.MAX_VALUE}) {
            Object[] sizes = new Gather(
                            new PixelShape(1, 8, 1, by), new PixelShape(1, 8, 1, by), Window2d.square(1), false)
                    .sizes();
            long factor = Integer.toUnsignedLong((Integer) sizes[20]);
            int shift = (Integer) sizes[21];
            for (int k = 0; k < 10_000; k++) {
                long n = k < 10 ? Integer.MAX_VALUE - k : k < 2000 ? k : random.nextInt(Integer.MAX_VALUE);
                assertThat(n * factor >>> 32 >>> shift).as("%d / %d", n, by).isEqualTo(n / by);
            }
        }
    }
}
