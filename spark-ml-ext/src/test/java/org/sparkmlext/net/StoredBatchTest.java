package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.net.augmentation.Augmentation;
import org.sparkmlext.net.augmentation.ImageAugmenter;
import org.sparkmlext.testing.HostImages;

/** A batch of images that lie on a device is, byte for byte, the one that the host gathers and changes. */
class StoredBatchTest {

    private static final int ROWS = 37;
    private static final int COUNT = 16;
    private static final long FIRST_ROW = 1000;
    private static final String COLOURLESS =
            "flip,crop:2,rotate:15,zoom:0.3,shift:0.1,contrast:0.4,brightness:0.3,erase:0.5";
    private static final List<String> CHANGES = List.of(
            "",
            "flip",
            "crop:2",
            "flip,crop:2",
            "rotate:180",
            "zoom:0.5",
            "shift:1",
            "contrast:1",
            "brightness:1",
            "erase:1",
            COLOURLESS);
    private static final List<ImageShape> SHAPES = List.of(
            new ImageShape(9, 7, 1), new ImageShape(8, 10, 3), new ImageShape(5, 3, 3), new ImageShape(4, 4, 4));

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    static Stream<Arguments> cases() {
        return SHAPES.stream()
                .flatMap(shape -> Stream.concat(
                                CHANGES.stream(),
                                shape.channels() == 3
                                        ? Stream.of("saturation:1", COLOURLESS + ",saturation:0.5")
                                        : Stream.of())
                        .map(changes -> Arguments.of(shape, changes)));
    }

    private static NetworkRows rows(ImageShape shape, NetworkInput input) {
        byte[] pixels = new byte[ROWS * shape.length()];
        new Random(shape.length()).nextBytes(pixels);
        float[] labels = new float[ROWS];
        return NetworkRows.of(
                List.of(new TableBlock(
                        ROWS, new ByteFeatures(shape.length(), ROWS, Float.NaN, pixels), labels, null, null, false)),
                input);
    }

    /** Two batches, the second one prepared while the first is there. */
    private static byte[] batches(Backend opened, ImageShape shape, @Nullable ImageAugmenter augmenter, String said) {
        Architecture network = Architecture.builder(ImageInput.bytes(shape.height(), shape.width(), shape.channels()))
                .flatten()
                .dense(2, "relu")
                .build();
        var graph = new NetworkGraphs(network.withOutputs(2))
                .trainingGraph(COUNT, new LossFunction.CrossEntropy(0, 0), null);
        NetworkRows rows = rows(shape, network.input());
        byte[] pixels = new byte[2 * COUNT * shape.length()];
        try (Backend backend = opened;
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory);
                BatchFeed feed = new BatchFeed(rows, network, FIRST_ROW, augmenter)) {
            assertThat(feed.store(backend.graphs())).endsWith(said);
            int[] order = EpochOrder.of(3, 0, 0, ROWS);
            RunKey next = new RunKey(5, 3);
            feed.write(program, order, 1, new RunKey(5, 2));
            feed.prepare(program, order, 1 + COUNT, COUNT, next);
            program.input(NetworkGraphs.INPUT).copyOut(0, pixels, 0, pixels.length / 2);
            feed.write(program, order, 1 + COUNT, next);
            program.input(NetworkGraphs.INPUT).copyOut(0, pixels, pixels.length / 2, pixels.length / 2);
        }
        return pixels;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cases")
    void isTheBatchThatTheHostGathers(ImageShape shape, String changes) {
        ImageAugmenter augmenter = changes.isEmpty() ? null : new ImageAugmenter(Augmentation.parse(changes), shape);
        byte[] expected = batches(new HostImages(emulated()), shape, augmenter, "are gathered on the host");
        byte[] made = batches(emulated(), shape, augmenter, "lie on the device");
        assertThat(made).isEqualTo(expected);
        if (augmenter != null) {
            assertThat(made)
                    .as("something is changed")
                    .isNotEqualTo(batches(emulated(), shape, null, "lie on the device"));
        }
    }

    private static Backend emulated() {
        return Backends.open("emulated", BackendOptions.threads(1)).backend();
    }
}
