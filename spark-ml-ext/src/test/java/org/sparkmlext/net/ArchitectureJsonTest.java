package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerContext;
import org.sparkmlext.net.layer.LayerKinds;
import org.sparkmlext.net.layer.MaxPool2dLayer;
import org.sparkmlext.net.layer.MergeLayer;
import org.sparkmlext.net.layer.Padding;

class ArchitectureJsonTest {

    private static final String JSON = """
            {
              "format": "spark-ml-ext-network",
              "version": 1,
              "input": {"kind": "image", "height": 8, "width": 9, "channels": 1, "pixels": "byte", "scale": [0.003921569], "shift": [0]},
              "layers": [
                {"name": "conv", "layer": "conv2d", "filters": 1, "kernel": [3, 3], "strides": [1, 1], "padding": "same", \
            "dilation": [1, 1], "groups": 1, "bias": true, "activation": "relu", "initializer": "he-normal"},
                {"name": "sum", "layer": "add", "inputs": ["conv", "input"]},
                {"name": "dropout-1", "layer": "dropout", "rate": 0.25},
                {"name": "output", "layer": "dense", "units": 10, "bias": true, "activation": "linear", "initializer": "glorot-uniform"}
              ]
            }
            """;

    private static Architecture network() {
        return Architecture.builder(ImageInput.bytes(8, 9, 1))
                .add(
                        "conv",
                        Conv2dLayer.of(1, 3)
                                .padding(Padding.SAME)
                                .activation("relu")
                                .initializer(Initializer.HE_NORMAL))
                .add("sum", new MergeLayer(MergeLayer.Merge.ADD), "conv", "input")
                .dropout(0.25)
                .output(10)
                .build();
    }

    @Test
    void theTextIsReadable() {
        assertThat(network().toJson()).isEqualTo(JSON);
        assertThat(Architecture.fromJson(JSON)).isEqualTo(network());
    }

    @Test
    void fieldsWithDefaultsMayBeMissing() {
        Architecture network = Architecture.fromJson("""
                {"version": 1, "input": {"kind": "image", "height": 8, "width": 9, "channels": 3},
                 "layers": [{"layer": "conv2d", "name": "a", "filters": 4, "kernel": 3},
                            {"layer": "max-pool2d", "name": "b", "kernel": [2, 3]}]}""");
        assertThat(network)
                .isEqualTo(Architecture.builder(ImageInput.bytes(8, 9, 3))
                        .add("a", Conv2dLayer.of(4, 3))
                        .add("b", MaxPool2dLayer.of(2).strides(2, 3).kernel(2, 3))
                        .build());
        assertThat(network.shape("b")).hasToString("4x3x2");
    }

    @ParameterizedTest
    @MethodSource("org.sparkmlext.net.NetworkTrainingTest#layers")
    void everyLayerTravels(Layer layer) {
        Architecture network = SampleLayers.network(layer);
        Architecture read = Architecture.fromJson(network.toJson());
        assertThat(read).isEqualTo(network);
        assertThat(read.toJson()).isEqualTo(network.toJson());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"conv2d\" | \"conv7d\" | layer 'conv' (conv7d) is of an unknown kind; known are [activation, add,",
                "\"filters\": | \"filtres\": | layer 'conv' (conv2d) lacks the field 'filters', a whole number",
                "\"groups\": | \"group\": | layer 'conv' (conv2d) has no field 'group'; its fields are [filters, kernel,",
                "\"rate\": 0.25 | \"rate\": \"x\" | layer 'dropout-1' (dropout) has rate = x; allowed: a number",
                "\"rate\": 0.25 | \"rate\": 1.5 | layer 'dropout-1' (dropout): rate is 1.5; allowed: at least 0 and below 1",
                "\"rate\": 0.25 | \"rate\": null | no JSON object: JSON: no value",
                "\"rate\": 0.25 | \"rate\": 1e999 | a number out of range",
                "\"filters\": 1 | \"filters\": 1.5 | layer 'conv' (conv2d) has filters = 1.5; allowed: a whole number",
                "\"filters\": 1 | \"filters\": 99999999999 | allowed: a whole number",
                "\"filters\": 1 | \"filters\": 2000000000 | layer 'conv'",
                "[3, 3] | [3, 3, 3] | has kernel = [3, 3, 3]; allowed: a whole number or [height, width]",
                "\"same\" | \"full\" | has padding = full; allowed: 'valid', 'same' or [top, left, bottom, right]",
                "\"relu\" | \"rellu\" | layer 'conv' (conv2d): unknown activation 'rellu'; known are [linear, relu,",
                "\"he-normal\" | \"her\" | layer 'conv' (conv2d): unknown initializer 'her'; known are [zeros,",
                "\"bias\": true | \"bias\": 1 | has bias = 1; allowed: true or false",
                "\"inputs\": [\"conv\", | \"inputs\": [7, | layer 'sum' (add) has inputs = [7, input]; allowed: a list of texts",
                "\"conv\", \"input\"] | \"conv\", \"inputs\"] | layer 'sum' (add) reads 'inputs'",
                "\"version\": 1 | \"version\": 2 | was written in version 2; this library reads up to 1. Use a newer",
                "\"version\": 1 | \"version\": 0 | has version 0",
                "\"version\": 1, | `` | lacks the field 'version'",
                "spark-ml-ext-network | onnx | has the format 'onnx'",
                "\"kind\": \"image\" | \"kind\": \"video\" | 'input' is of the unknown kind 'video'; known are image, sequence, vector",
                "\"pixels\": \"byte\" | \"pixels\": \"short\" | 'input' has pixels 'short'; allowed: 'byte', 'float'",
                "\"channels\": 1 | \"channels\": 3 | 1x8x9 from 'conv' and 3x8x9 from 'input'",
                "\"channels\": 1 | \"channels\": 2147483647 | channels at most 65536",
                "\"height\": 8 | \"depth\": 1, \"height\": 8 | 'input' has no field 'depth'; its fields are [kind, height,",
                "\"version\": 1 | \"version\": 1, \"extra\": 1 | the network has no field 'extra'; its fields are [format, version,",
                "\"name\": \"sum\", | `` | layer 2 lacks the field 'name'",
                "\"layer\": \"add\", | `` | layer 2 lacks the field 'layer'",
                "\"conv2d\" | \"java.lang.String\" | layer 'conv' (java.lang.String) is of a class that is no public Layer",
                "\"conv2d\" | \"com.acme.Nothing\" | layer 'conv' (com.acme.Nothing) is of a class that is not on the class path",
            })
    void faultsNameTheLayerAndSayWhatIsAllowed(String from, String to, String part) {
        assertThat(JSON).contains(from);
        String changed = JSON.replace(from, to);
        assertThatThrownBy(() -> Architecture.fromJson(changed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }

    @Test
    void everyTruncationIsAnError() {
        for (int length = 0; length < JSON.length() - 2; length++) {
            String cut = JSON.substring(0, length);
            assertThatThrownBy(() -> Architecture.fromJson(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void ownKindsHaveNames() {
        LayerKinds kinds = LayerKinds.standard().with("weigh", fields -> new Named(fields.integer("ratio")));
        Architecture network = Architecture.builder(ImageInput.bytes(4, 4, 2))
                .add(new Named(2))
                .build();
        assertThat(network.names()).containsExactly("weigh-1");
        assertThat(Architecture.fromJson(network.toJson(), kinds)).isEqualTo(network);
        assertThatThrownBy(() -> Architecture.fromJson(network.toJson()))
                .hasMessageContaining("layer 'weigh-1' (weigh) is of an unknown kind");
        assertThatThrownBy(() -> kinds.with("add", fields -> new Named(1))).hasMessageContaining("'add' already");
    }

    /** A layer with a name of its own, which only a caller's {@link LayerKinds} knows. */
    private record Named(int ratio) implements Layer {
        @Override
        public String kind() {
            return "weigh";
        }

        @Override
        public void write(FieldWriter fields) {
            fields.put("ratio", ratio);
        }

        @Override
        public Value lower(LayerContext context, List<Value> inputs) {
            return new SqueezeExcitation(ratio).lower(context, inputs);
        }
    }
}
