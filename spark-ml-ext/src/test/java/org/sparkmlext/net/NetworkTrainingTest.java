package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.LossFunction.CrossEntropy;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerKinds;
import org.sparkmlext.net.layer.Padding;

/** Whole networks on the naive reference: gradients against central differences, losses that fall. */
class NetworkTrainingTest {

    private static final LossFunction LOSS = new CrossEntropy(0, 0);

    static Stream<Layer> layers() {
        return SampleLayers.all().stream();
    }

    @Test
    void everyKindHasASample() {
        assertThat(layers().map(Layer::kind).collect(Collectors.toSet()))
                .isEqualTo(LayerKinds.standard().names());
    }

    @ParameterizedTest
    @MethodSource("layers")
    void everyLayerTrains(Layer layer) {
        trains(SampleLayers.network(layer));
    }

    private static void trains(Architecture network) {
        try (ReferenceRun run = new ReferenceRun(network, 6, LOSS, null)) {
            for (FlatLayout.Entry entry : run.layout().entries()) {
                run.checkSlope(entry.offset(), entry.end(), entry.name());
            }
            lossFalls(run, 12);
        }
    }

    private static void lossFalls(ReferenceRun run, int steps) {
        double first = run.update(0);
        double last = first;
        for (int step = 1; step <= steps; step++) {
            last = run.update(step);
        }
        assertThat(last).as("loss after %d updates, before %s", steps, first).isLessThan(0.9 * first);
    }

    @Test
    void theSimplePresetTrains() {
        presetTrains("simple-cnn");
    }

    /** Their width makes them slow on the reference. */
    @ParameterizedTest
    @ValueSource(strings = {"vgg-cifar", "resnet18"})
    @Tag("full")
    void largePresetsTrain(String name) {
        presetTrains(name);
    }

    private static void presetTrains(String name) {
        Architecture network = Presets.named(name, ImageInput.bytes(8, 8, 3)).withOutputs(4);
        try (ReferenceRun run = new ReferenceRun(network, 4, LOSS, null)) {
            run.checkSlope(0, run.layout().length(), name);
            lossFalls(run, 4);
        }
    }

    @Test
    void aLayerOfTheUsersTrainsAndTravels() {
        Architecture network = Architecture.builder(ImageInput.bytes(5, 6, 2))
                .add("conv", Conv2dLayer.of(4, 3).padding(Padding.SAME))
                .add("weighed", new SqueezeExcitation(2))
                .output(3)
                .build();
        assertThat(new NetworkGraphs(network).layout().parameters().shapes().keySet())
                .contains("weighed.squeeze.weights", "weighed.excite.bias");
        // conv 4*2*9+4, squeeze 2*4+2, excite 4*2+4, head 3*120+3
        assertThat(network.numParameters()).isEqualTo(76 + 10 + 12 + 363);
        trains(network);
        assertThat(network.toJson())
                .contains("{\"name\": \"weighed\", \"layer\": \"org.sparkmlext.net.SqueezeExcitation\"");
        assertThat(Architecture.fromJson(network.toJson())).isEqualTo(network);
    }

    @Test
    void branchesTrain() {
        trains(Architecture.builder(ImageInput.bytes(5, 6, 2))
                .conv2d(4, 3, "tanh")
                .residual(block -> block.add(
                                Conv2dLayer.of(4, 3).padding(Padding.SAME).groups(2))
                        .batchNorm()
                        .activation("relu"))
                .residual(block -> block.separableConv2d(5, 3, "relu"), shortcut -> shortcut.conv2d(5, 1, "linear"))
                .averagePool2d(2)
                .dropout(0.2)
                .dense(6, "swish")
                .output(3)
                .build());
    }

    @Test
    void regressionTrains() {
        Architecture network = Architecture.builder(new VectorInput(7))
                .dense(8, "tanh")
                .output(2)
                .build();
        for (LossFunction loss :
                List.of(new LossFunction.SquaredError(), new LossFunction.Huber(1), new LossFunction.AbsoluteError())) {
            try (ReferenceRun run = new ReferenceRun(network, 5, loss, null)) {
                run.checkSlope(0, run.layout().length(), network.toString());
                lossFalls(run, 30);
            }
        }
    }

    @Test
    void frozenLayersStay() {
        Architecture network = Architecture.builder(ImageInput.bytes(5, 6, 2))
                .add("conv1", Conv2dLayer.of(3, 3))
                .batchNorm()
                .add("conv2", Conv2dLayer.of(3, 2))
                .batchNorm()
                .output(3)
                .build();
        try (ReferenceRun run = new ReferenceRun(network, 4, LOSS, "batch-norm-1")) {
            float[] before = run.parameters();
            float[] states = run.state();
            int from = run.layout().entry("conv2.weights").offset();
            lossFalls(run, 10);
            assertThat(Arrays.copyOf(run.parameters(), from)).isEqualTo(Arrays.copyOf(before, from));
            assertThat(run.parameters()[from]).isNotEqualTo(before[from]);
            assertThat(Arrays.copyOf(run.state(), 6)).isEqualTo(Arrays.copyOf(states, 6));
            assertThat(run.state()[6]).isNotEqualTo(states[6]);
        }
    }
}
