package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.collective.LoopbackGroup;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.testing.HostImages;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.RoundState;

/** Networks trained by the CUDA back end come out as the CPU back end's, but for rounding. */
@Timeout(600)
abstract class CudaNetworkContract {

    private static final int ROWS = 96;
    private static final int VALIDATION = 30;
    private static final int EPOCHS = 3;

    /** The device that trains. */
    abstract String device();

    /** With all that draws numbers or keeps statistics. */
    private static Architecture network() {
        return Architecture.builder(ImageInput.bytes(PatternBlocks.SIZE, PatternBlocks.SIZE, 1))
                .conv2d(4, 3, "relu")
                .maxPool2d(2)
                .batchNorm()
                .dropout(0.2)
                .flatten()
                .dense(8, "relu")
                .build();
    }

    private static int[] rows(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static List<Shard> parts(int ranks) {
        List<Shard> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int[] training = rows(ROWS * rank / ranks, ROWS * (rank + 1) / ranks);
            int[] validation = rows(ROWS + VALIDATION * rank / ranks, ROWS + VALIDATION * (rank + 1) / ranks);
            shards.add(new Shard(
                    Collections.nCopies(PatternBlocks.WIDTH, "pixel"),
                    List.of(PatternBlocks.block(training, false)),
                    List.of(PatternBlocks.block(validation, true))));
        }
        return shards;
    }

    static RankThreads.Outcome train(int ranks, String... devices) {
        return train(InProcessCollective.group(ranks), devices);
    }

    private static RankThreads.Outcome train(List<? extends Collective> collectives, String... devices) {
        LoopSettings settings =
                LoopSettings.of(network()).epochs(EPOCHS).rate(0.05f).rule(new UpdateRule.Sgd(0.9f, false, 1e-4f));
        return RankThreads.train(
                settings.algorithm(),
                parts(collectives.size()),
                rank -> Backends.open(devices[rank % devices.length], BackendOptions.threads(1))
                        .backend(),
                List.of(),
                collectives);
    }

    private static void assertSameCourse(RankThreads.Outcome outcome, RankThreads.Outcome expected) {
        assertThat(outcome.metrics()).hasSize(EPOCHS);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (String name : List.of("train-loss", "validation-loss")) {
                double loss = expected.metrics().get(epoch).get(name);
                assertThat(outcome.metrics().get(epoch).get(name))
                        .as("%s of epoch %d", name, epoch)
                        .isCloseTo(loss, within(2e-3 * loss));
            }
        }
    }

    @Test
    void losesWhatTheCpuLoses() {
        RankThreads.Outcome outcome = train(1, device());
        assertSameCourse(outcome, train(1, "cpu"));
        assertThat(outcome.metrics().get(EPOCHS - 1).get("train-loss"))
                .isLessThan(outcome.metrics().get(0).get("train-loss"));
    }

    @Test
    void theSameAgainIsTheSameModel() {
        assertThat(train(2, device()).model()).isEqualTo(train(2, device()).model());
    }

    @Test
    void twoRanksLoseWhatTwoOfTheCpuLose() {
        assertSameCourse(train(2, device()), train(2, "cpu"));
    }

    /** Ranks of several processes: gradients leave the device while it computes. Of two numbers there is one sum. */
    @Test
    void sumsThatTravelDuringTheBackwardPassGiveTheSameModel() throws IOException {
        assertThat(train(LoopbackGroup.open(2), device()).model())
                .isEqualTo(train(2, device()).model());
    }

    /** Ranks of uneven size, only the last one with rows to validate. */
    private static List<Shard> unevenParts(int ranks) {
        List<Shard> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int[] training =
                    rows(ROWS * rank * rank / (ranks * ranks), ROWS * (rank + 1) * (rank + 1) / (ranks * ranks));
            int[] validation = rank == ranks - 1 ? rows(ROWS, ROWS + VALIDATION) : rows(0, 0);
            shards.add(new Shard(
                    Collections.nCopies(PatternBlocks.WIDTH, "pixel"),
                    List.of(PatternBlocks.block(training, false)),
                    validation.length == 0 ? List.of() : List.of(PatternBlocks.block(validation, true))));
        }
        return shards;
    }

    private RankThreads.Outcome trainOnImages(
            int ranks, String augmentation, boolean isOnHost, List<RoundState> finished) {
        LoopSettings settings = LoopSettings.of(network()).epochs(EPOCHS).augmentation(augmentation);
        return RankThreads.train(
                settings.algorithm(),
                unevenParts(ranks),
                rank -> {
                    Backend backend =
                            Backends.open(device(), BackendOptions.threads(1)).backend();
                    return isOnHost ? new HostImages(backend) : backend;
                },
                finished);
    }

    /** The bytes of the model, whether batches are gathered and changed on the device or on the host; resumed too. */
    @ParameterizedTest
    @CsvSource({
        "1,''",
        "3,''",
        "1,'flip,crop:2,rotate:15,zoom:0.1,shift:0.1,contrast:0.2,brightness:0.2,erase:0.3'",
        "3,'flip,crop:2,rotate:10'"
    })
    void imagesThatLieOnTheDeviceGiveTheSameModel(int ranks, String augmentation) {
        RankThreads.Outcome host = trainOnImages(ranks, augmentation, true, List.of());
        RankThreads.Outcome device = trainOnImages(ranks, augmentation, false, List.of());
        assertThat(host.log()).hasSize(ranks + 1).allMatch(line -> line.endsWith("are gathered on the host"));
        assertThat(device.log())
                .hasSize(ranks + 1)
                .allMatch(line -> line.endsWith("lie on the device"))
                .contains("validation: 30 images of 8x8x1, 0.0 MiB, lie on the device");
        assertThat(device.model()).isEqualTo(host.model());
        assertThat(device.metrics()).isEqualTo(host.metrics());
        RankThreads.Outcome resumed =
                trainOnImages(ranks, augmentation, false, host.states().subList(0, 1));
        assertThat(resumed.metrics()).hasSize(EPOCHS - 1);
        assertThat(resumed.model()).isEqualTo(host.model());
    }

    static Stream<Arguments> networks() {
        Stream<Arguments> layers =
                SampleLayers.all().stream().map(layer -> Arguments.of(layer.toString(), SampleLayers.network(layer)));
        Stream<Arguments> ofImages = Stream.of("simple-cnn", "vgg-cifar", "resnet18")
                .map(name -> Arguments.of(
                        name, Presets.named(name, ImageInput.bytes(8, 8, 3)).withOutputs(4)));
        Stream<Arguments> ofSequences = Presets.sequenceNames().stream()
                .map(name -> Arguments.of(
                        name, Presets.named(name, new SequenceInput(6, 3, true)).withOutputs(4)));
        return Stream.of(layers, ofImages, ofSequences).flatMap(all -> all);
    }

    /** Every layer and every preset: a loss and all gradients of a batch, and the loss after an update. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void computesWhatTheCpuComputes(String name, Architecture network) {
        try (ReferenceRun cuda = run(device(), network);
                ReferenceRun cpu = run("cpu", network)) {
            float[] sums = cuda.run();
            float[] expected = cpu.run();
            double difference = 0;
            double length = 0;
            for (int i = 0; i < expected.length; i++) {
                difference += Math.pow((double) sums[i] - expected[i], 2);
                length += Math.pow(expected[i], 2);
            }
            // Norms of few pixels divide by small deviations and so make roundings larger.
            assertThat(Math.sqrt(difference / length)).as("error of all sums").isLessThan(1e-3);
            assertThat(cuda.update(0)).isCloseTo(cpu.update(0), within(1e-4));
            double loss = cpu.update(1);
            assertThat(cuda.update(1)).isCloseTo(loss, within(2e-3 * Math.max(1, loss)));
        }
    }

    /** In bfloat16 with its fused passes: the same loss but for roundings, a gradient that points the same way, and a loss that falls. */
    @ParameterizedTest
    @ValueSource(strings = {"simple-cnn", "vgg-cifar", "resnet18"})
    void bfloat16IsFloat32ButForRoundings(String name) {
        Architecture network = Presets.named(name, ImageInput.bytes(16, 16, 3)).withOutputs(4);
        // Norms of few rows make roundings larger. Of 16, oneDNN's bfloat16 has cosines 0.996, 0.983 and 0.947 in these
        // networks.
        int rows = 16;
        try (ReferenceRun rounded = run(device(), network, rows, Precision.BFLOAT16);
                ReferenceRun exact = run(device(), network, rows, Precision.FLOAT32)) {
            float[] actual = rounded.run();
            float[] expected = exact.run();
            double product = 0;
            double ofActual = 0;
            double ofExpected = 0;
            for (int i = 0; i < exact.layout().length(); i++) {
                product += (double) actual[i] * expected[i];
                ofActual += (double) actual[i] * actual[i];
                ofExpected += (double) expected[i] * expected[i];
            }
            assertThat(product / Math.sqrt(ofActual * ofExpected))
                    .as("cosine between the gradients")
                    .isGreaterThan(0.9);
            assertThat(Math.sqrt(ofActual / ofExpected))
                    .as("length of the gradient")
                    .isCloseTo(1, within(0.2));
            double loss = exact.update(0);
            assertThat(rounded.update(0)).isCloseTo(loss, within(0.05 * Math.max(1, loss)));
            assertThat(rounded.update(1)).isLessThan(loss);
        }
    }

    private static ReferenceRun run(String device, Architecture network) {
        return run(device, network, 4, Precision.FLOAT32);
    }

    private static ReferenceRun run(String device, Architecture network, int rows, Precision precision) {
        return new ReferenceRun(
                Backends.open(device, BackendOptions.threads(1)).backend(),
                network,
                rows,
                new LossFunction.CrossEntropy(0, 0),
                null,
                precision);
    }
}
