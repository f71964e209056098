package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.DropoutLayer;
import org.sparkmlext.net.layer.MergeLayer;
import org.sparkmlext.net.layer.Padding;

class ArchitectureTest {

    private static Architecture.Builder image() {
        return Architecture.builder(ImageInput.bytes(10, 12, 3));
    }

    private static void fails(Consumer<Architecture.Builder> layers, String... parts) {
        Architecture.Builder builder = image();
        assertThatThrownBy(() -> {
                    layers.accept(builder);
                    builder.build();
                })
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void shapesFollowFromTheLayers() {
        Architecture network = image().add("a", Conv2dLayer.of(8, 3).strides(2).padding(Padding.SAME))
                .add("b", Conv2dLayer.of(4, 3).kernel(2, 3).dilation(2).groups(4))
                .separableConv2d(6, 3, "relu")
                .averagePool2d(2)
                .globalMaxPool()
                .reshape(3, -1)
                .flatten()
                .build();
        assertThat(network.shape("input")).isEqualTo(Shape.of(3, 10, 12));
        assertThat(network.shape("a")).isEqualTo(Shape.of(8, 5, 6));
        assertThat(network.shape("b")).isEqualTo(Shape.of(4, 3, 2));
        assertThat(network.shape("conv2d-1")).isEqualTo(Shape.of(6, 3, 2));
        assertThat(network.shape("average-pool2d-1")).isEqualTo(Shape.of(6, 1, 1));
        assertThat(network.shape("global-max-pool-1")).isEqualTo(Shape.of(6));
        assertThat(network.shape("reshape-1")).isEqualTo(Shape.of(3, 2));
        assertThat(network.numOutputs()).isEqualTo(6);
        // a 3*8*9+8, b (8/4)*4*6+4, depthwise 4*9, pointwise 4*6+6
        assertThat(network.numParameters()).isEqualTo(224 + 52 + 36 + 30);
    }

    @Test
    void branchesMeet() {
        Architecture network = image().conv2d(4, 1, "relu")
                .residual(
                        block -> block.conv2d(4, 1, "relu").conv2d(5, 1, "linear"),
                        shortcut -> shortcut.conv2d(5, 1, "linear"))
                .residual(block -> block.batchNorm().activation("swish"))
                .add("left", Conv2dLayer.of(2, 1))
                .from("add-2")
                .add("right", Conv2dLayer.of(3, 1))
                .concat("left", "right")
                .multiply("concat-1", "add-1")
                .build();
        assertThat(network.steps().stream()
                        .filter(s -> s.name().equals("add-1"))
                        .findFirst()
                        .orElseThrow()
                        .inputs())
                .containsExactly("conv2d-3", "conv2d-4");
        assertThat(network.shape("multiply-1")).isEqualTo(Shape.of(5, 10, 12));
    }

    @Test
    void aFaultNamesTheLayerAndBothShapes() {
        fails(
                b -> b.conv2d(4, 3, "relu").add("sum", new MergeLayer(MergeLayer.Merge.ADD), "conv2d-1", "input"),
                "layer 'sum' (add)",
                "4x8x10 from 'conv2d-1'",
                "3x10x12 from 'input'");
        fails(b -> b.flatten().add("late", Conv2dLayer.of(4, 3)), "layer 'late' (conv2d)", "360 from 'flatten-1'");
        fails(b -> b.add("big", Conv2dLayer.of(4, 11)), "layer 'big' (conv2d)", "11x11", "3x10x12");
        fails(b -> b.add("odd", Conv2dLayer.of(4, 3).groups(2)), "layer 'odd' (conv2d)", "2 groups", "3x10x12");
        fails(b -> b.reshape(7, -1), "layer 'reshape-1' (reshape)", "7x-1", "360 values of 3x10x12");
        fails(b -> b.concat("input"), "layer 'concat-1' (concat)", "at least 2 inputs", "3x10x12");
        fails(
                b -> b.conv2d(4, 3, "relu").concat("conv2d-1", "input"),
                "layer 'concat-1' (concat)",
                "4x8x10",
                "3x10x12");
        fails(b -> b.reshape(2, 3, 4, 15).batchNorm(), "layer 'batch-norm-1' (batch-norm)", "2x3x4x15");
        fails(b -> b.add("two", new DropoutLayer(0.5f), "input", "input"), "layer 'two' (dropout)", "takes 1 input");
    }

    @Test
    void namesAreChecked() {
        fails(b -> b.add("a", new DropoutLayer(0), "b"), "layer 'a' (dropout)", "reads 'b'", "[input]");
        fails(b -> b.add("a", new DropoutLayer(0)).add("a", new DropoutLayer(0)), "name of an earlier one");
        fails(b -> b.add("input", new DropoutLayer(0)), "name of an earlier one");
        fails(b -> b.add("a b", new DropoutLayer(0)), "name that is not allowed");
        fails(b -> {}, "0 layers");
        fails(b -> b.dropout(0).from("input").dropout(0), "nothing reads", "dropout-1");
        fails(b -> b.output(3).dropout(0), "layer 'output' (dense)", "'dropout-1' is the last layer");
    }

    @Test
    void hyperparametersAreCheckedWhereTheyAreGiven() {
        fails(b -> b.dropout(1), "rate is 1.0", "below 1");
        fails(b -> b.conv2d(0, 3, "relu"), "filters is 0");
        fails(b -> b.conv2d(1, 0, "relu"), "kernelHeight is 0");
        fails(b -> b.dense(1, "rellu"), "'rellu'", "leaky-relu:0.01", "linear");
        fails(b -> b.reshape(-1, -1), "one of them -1");
        fails(b -> b.averagePool2d(0), "kernelHeight is 0");
    }

    @Test
    void aHeadIsAddedWhereNoneIs() {
        Architecture features = image().conv2d(4, 3, "relu").build();
        assertThat(features.hasHead()).isFalse();
        Architecture network = features.withOutputs(7);
        assertThat(network.hasHead()).isTrue();
        assertThat(network.shape(Architecture.OUTPUT)).isEqualTo(Shape.of(7));
        assertThat(network.withOutputs(7)).isSameAs(network);
        assertThatThrownBy(() -> network.withOutputs(3))
                .hasMessageContaining("layer 'output' (dense) gives 7; the data needs 3");
        Architecture own = image().globalAveragePool()
                .add(Architecture.OUTPUT, DenseLayer.of(2).withoutBias())
                .build();
        assertThat(own.withOutputs(2)).isSameAs(own);
    }

    @Test
    void anotherInputIsChecked() {
        Architecture network = image().conv2d(4, 3, "relu").build();
        assertThat(network.withInput(ImageInput.floats(3, 5, 2)).shape("conv2d-1"))
                .isEqualTo(Shape.of(4, 1, 3));
        assertThatThrownBy(() -> network.withInput(ImageInput.floats(2, 5, 2)))
                .hasMessageContaining("layer 'conv2d-1'")
                .hasMessageContaining("2x2x5");
        assertThatThrownBy(() -> network.withInput(new VectorInput(4))).hasMessageContaining("4 from 'input'");
    }

    @Test
    void imagesAreStandardised() {
        ImageInput input = ImageInput.bytes(2, 2, 2).standardised(new float[] {0.5f}, new float[] {0.25f, 0.5f});
        assertThat(input.scale()).isEqualTo(List.of(1 / 255f / 0.25f, 1 / 255f / 0.5f));
        assertThat(input.shift()).isEqualTo(List.of(-2f, -1f));
        assertThatThrownBy(() -> input.standardised(new float[3], new float[] {1}))
                .hasMessageContaining("3 values for 2 channels");
        assertThatThrownBy(() -> input.standardised(new float[1], new float[1])).hasMessageContaining("above 0");
        assertThatThrownBy(() -> ImageInput.bytes(0, 2, 2)).hasMessageContaining("0 high");
        assertThatThrownBy(() -> ImageInput.bytes(1, 2, Integer.MAX_VALUE)).hasMessageContaining("at most 65536");
    }

    @Test
    void theSummaryIsATable() {
        Architecture network = image().add("conv", Conv2dLayer.of(8, 3).activation("relu"))
                .add("norm", BatchNormLayer.of())
                .globalAveragePool()
                .output(10)
                .build();
        assertThat(network.summary()).isEqualTo("""
                        image 10x12x3 of bytes
                        layer                  kind                 output   parameters
                        ---------------------------------------------------------------
                        input                  image                3x10x12
                        conv                   conv2d               8x8x10          224
                        norm                   batch-norm           8x8x10           16
                        global-average-pool-1  global-average-pool  8
                        output                 dense                10               90
                        330 parameters; 16 running statistics
                        """);
        assertThat(network.summary("global-average-pool-1"))
                .contains("norm                   batch-norm           8x8x10           16  frozen\n")
                .endsWith("330 parameters, 90 trained and 240 frozen; 16 running statistics\n");
        assertThat(image().residual(block -> block.activation("relu")).build().summary())
                .contains("activation-1, input\n")
                .endsWith("0 parameters\n");
        assertThatThrownBy(() -> network.summary("conv7")).hasMessageContaining("[conv, norm,");
    }
}
