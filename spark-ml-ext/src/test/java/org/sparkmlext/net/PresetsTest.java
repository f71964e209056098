package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.net.layer.Conv2dLayer;

class PresetsTest {

    /**
     * Counts: resnet18 with 1,000 classes on 224 pixels is torchvision's (11,689,512), on 32 pixels with 10 classes the usual one for
     * CIFAR-10 (11,173,962). The others by hand: simple-cnn on 28x28x1 = 320 + 18,496 + (12,544 + 1) * 128 + 1,290; vgg-cifar on
     * 32x32x3 = convolutions 1,792 + 36,928 + 73,856 + 147,584 + 295,168 + 590,080, their norms 2 * 2 * (64 + 128 + 256), dense
     * (4,096 + 1) * 512, norm 1,024, head 5,130.
     */
    @ParameterizedTest
    @CsvSource({
        "simple-cnn, 28, 1, 10, 1625866",
        "vgg-cifar, 32, 3, 10, 3251018",
        "resnet18, 32, 3, 10, 11173962",
        "resnet18, 224, 3, 1000, 11689512",
    })
    void parametersAreAsManyAsPublishedOrCounted(String name, int size, int channels, int outputs, int parameters) {
        Architecture network =
                Presets.named(name, ImageInput.bytes(size, size, channels)).withOutputs(outputs);
        assertThat(network.numParameters()).isEqualTo(parameters);
        assertThat(new NetworkGraphs(network).layout().parameters().length()).isEqualTo(parameters);
        assertThat(Architecture.fromJson(network.toJson())).isEqualTo(network);
    }

    /**
     * With H units and K features an LSTM has 4H (K + H + 1) parameters, a GRU 3H (K + H) + 4H. lstm-attention adds 129 * 128 + 128 and
     * 129 * 64, lstm-fcn 128 (8K + 1) + 256 (5 * 128 + 1) + 128 (3 * 256 + 1) + 2 * 512 beside an LSTM of 64, transformer-encoder has
     * 64 (K + 1), twice 4 * 64 * 65 + 128 * 65 + 64 * 129 + 256, and 128.
     */
    @ParameterizedTest
    @CsvSource({
        "lstm, 129, 71168",
        "gru, 129, 53504",
        "lstm-attention, 65, 227648",
        "lstm-fcn, 193, 293120",
        "transformer-encoder, 65, 67776",
    })
    void sequencePresetsHaveAsManyParametersAsCounted(String name, int ofOutput, int parameters) {
        for (SequenceInput input : List.of(SequenceInput.of(60, 10), new SequenceInput(3, 10, true))) {
            Architecture network = Presets.named(name, input).withOutputs(2);
            assertThat(network.numParameters()).isEqualTo(parameters + 2 * ofOutput);
            assertThat(new NetworkGraphs(network)
                            .trainingGraph(2, new LossFunction.SquaredError())
                            .isTraining())
                    .isTrue();
            assertThat(Architecture.fromJson(network.toJson())).isEqualTo(network);
        }
        assertThat(Presets.named(name, new SequenceInput(SequenceInput.OPEN, 10, true))
                        .hasHead())
                .isFalse();
        Architecture forecast =
                Presets.named("window-norm+" + name, SequenceInput.of(24, 10)).withForecast(6, List.of(3), 1);
        assertThat(forecast.names()).startsWith("window-norm").endsWith("forecast", "output");
        assertThat(forecast.numParameters()).isEqualTo(parameters + 6 * ofOutput);
    }

    @Test
    void anUnknownSequencePresetListsTheKnownOnes() {
        assertThat(Presets.sequenceNames())
                .containsExactly("gru", "lstm", "lstm-attention", "lstm-fcn", "transformer-encoder");
        assertThatThrownBy(() -> Presets.named("lstn", SequenceInput.of(4, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'lstn'")
                .hasMessageContaining("[gru, lstm, lstm-attention, lstm-fcn, transformer-encoder]")
                .hasMessageContaining("'window-norm+'");
    }

    @Test
    void kerasSimpleCnnHasAsManyParametersAsItsDocumentation() {
        Architecture keras = Architecture.builder(ImageInput.bytes(28, 28, 1))
                .conv2d(32, 3, "relu")
                .conv2d(64, 3, "relu")
                .maxPool2d(2)
                .dropout(0.25)
                .flatten()
                .dense(128, "relu")
                .dropout(0.5)
                .output(10)
                .build();
        assertThat(keras.numParameters()).isEqualTo(1_199_882);
    }

    @Test
    void resnetHalvesLargeImagesFiveTimesAndSmallOnesThreeTimes() {
        Architecture large = Presets.named("resnet18", ImageInput.bytes(224, 224, 3));
        assertThat(large.shape("stem.norm")).isEqualTo(Shape.of(64, 112, 112));
        assertThat(large.shape("stage4.block2.norm2")).isEqualTo(Shape.of(512, 7, 7));
        Architecture small = Presets.named("resnet18", ImageInput.bytes(63, 80, 3));
        assertThat(small.shape("stem.norm")).isEqualTo(Shape.of(64, 63, 80));
        assertThat(small.shape("stage4.block2.norm2")).isEqualTo(Shape.of(512, 8, 10));
        assertThat(small.names()).doesNotContain("stem.pool");
        assertThat(((Conv2dLayer) small.steps().get(0).layer())
                        .window()
                        .kernel()
                        .height())
                .isEqualTo(3);
    }

    @Test
    void theDocumentationShowsTheSummary() throws IOException {
        String summary = Presets.named("simple-cnn", ImageInput.bytes(28, 28, 1))
                .withOutputs(10)
                .summary();
        assertThat(Files.readString(Path.of("docs", "networks.md"))).contains(summary);
    }

    @Test
    void faultsSayWhatIsAllowed() {
        assertThatThrownBy(() -> Presets.named("resnet19", ImageInput.bytes(8, 8, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'resnet19'")
                .hasMessageContaining("[resnet18, simple-cnn, vgg-cifar]");
        assertThatThrownBy(() -> Presets.named("vgg-cifar", ImageInput.bytes(6, 6, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 'pool3' (max-pool2d)")
                .hasMessageContaining("256x1x1");
    }
}
