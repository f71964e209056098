package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.net.augmentation.Augmentation;
import org.sparkmlext.net.augmentation.ImageAugmenter;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.testing.PatternImages;

/** A batch is the same whether it was prepared before it is written, or another one was. */
class BatchFeedTest {

    private static final int ROWS = 40;
    private static final int COUNT = 8;
    private static final Architecture NETWORK = Architecture.builder(
                    ImageInput.bytes(PatternImages.SIZE, PatternImages.SIZE, 1))
            .flatten()
            .dense(8, "relu")
            .build();

    private static NetworkRows rows() {
        return NetworkRows.of(
                List.of(PatternBlocks.block(IntStream.range(0, ROWS).toArray(), false)), NETWORK.input());
    }

    private record Written(byte[] pixels, int[] classes) {}

    /** What a fresh feed writes after some preparations. */
    private static Written written(int from, RunKey key, int[] order, Consumer<Prepared> before) {
        NetworkGraphs graphs = new NetworkGraphs(NETWORK.withOutputs(PatternImages.CLASSES));
        ImageAugmenter augmenter = new ImageAugmenter(
                Augmentation.parse("flip,crop:2"), new ImageShape(PatternImages.SIZE, PatternImages.SIZE, 1));
        var graph = graphs.trainingGraph(COUNT, new LossFunction.CrossEntropy(0, 0), null);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            BatchFeed feed = new BatchFeed(rows(), NETWORK, 0, augmenter);
            before.accept(new Prepared(feed, program, order));
            feed.write(program, order, from, key);
            byte[] pixels = new byte[COUNT * PatternImages.WIDTH];
            int[] classes = new int[COUNT];
            program.input(NetworkGraphs.INPUT).copyOut(0, pixels, 0, pixels.length);
            program.input(NetworkGraphs.TARGETS).copyOut(0, classes, 0, COUNT);
            return new Written(pixels, classes);
        }
    }

    private record Prepared(BatchFeed feed, Program program, int[] order) {

        void prepare(int from, int count, RunKey key) {
            feed.prepare(program, order, from, count, key);
        }
    }

    private static void assertSame(Written written, Written expected) {
        assertThat(written.pixels()).isEqualTo(expected.pixels());
        assertThat(written.classes()).isEqualTo(expected.classes());
    }

    @Test
    void aBatchIsTheSameHoweverItWasPrepared() {
        int[] order = EpochOrder.of(3, 0, 0, ROWS);
        RunKey key = new RunKey(5, 2);
        Written plain = written(16, key, order, feed -> {});
        assertThat(plain.classes())
                .isEqualTo(IntStream.range(16, 24)
                        .map(i -> (int) rows().label(order[i]))
                        .toArray());
        assertSame(written(16, key, order, feed -> feed.prepare(16, COUNT, key)), plain);
        // Others than the one that is written: the rows before, fewer of the same, the same rows a step later.
        assertSame(written(16, key, order, feed -> feed.prepare(8, COUNT, key)), plain);
        assertSame(written(16, key, order, feed -> feed.prepare(16, COUNT - 1, key)), plain);
        assertSame(written(16, key, order, feed -> feed.prepare(16, COUNT, new RunKey(5, 3))), plain);
        assertSame(
                written(16, key, order, feed -> {
                    feed.prepare(16, COUNT, key);
                    feed.feed().write(feed.program(), order, 0, key);
                }),
                plain);
        assertThat(written(16, new RunKey(5, 3), order, feed -> {}).pixels())
                .as("another step's images are changed otherwise")
                .isNotEqualTo(plain.pixels());
    }
}
