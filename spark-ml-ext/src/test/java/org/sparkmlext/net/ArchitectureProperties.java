package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.sparkmlext.data.JsonText;
import org.sparkmlext.net.layer.ActivationText;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DepthwiseConv2dLayer;
import org.sparkmlext.net.layer.DropoutLayer;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.JsonFields;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerKinds;
import org.sparkmlext.net.layer.Padding;

class ArchitectureProperties {

    @Provide
    Arbitrary<Layer> layers() {
        Arbitrary<String> activations = Arbitraries.of(ActivationText.names());
        Arbitrary<Initializer> initializers = Arbitraries.of(Initializer.values());
        Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 9);
        Arbitrary<Padding> paddings = Arbitraries.oneOf(
                Arbitraries.of(Padding.VALID, Padding.SAME),
                Combinators.combine(sizes, sizes, sizes, sizes).as(Padding.Explicit::new));
        Arbitrary<Layer> convolutions = Combinators.combine(sizes, sizes, paddings, activations, initializers, sizes)
                .as((filters, kernel, padding, activation, initializer, more) -> {
                    Conv2dLayer layer = Conv2dLayer.of(filters, kernel)
                            .kernel(kernel, more)
                            .strides(more)
                            .dilation(kernel)
                            .padding(padding)
                            .groups(more)
                            .activation(activation)
                            .initializer(initializer);
                    return more % 2 == 0 ? layer : layer.withoutBias();
                });
        Arbitrary<Layer> depthwise = Combinators.combine(sizes, sizes, paddings, activations)
                .as((kernel, multiplier, padding, activation) -> DepthwiseConv2dLayer.of(kernel)
                        .multiplier(multiplier)
                        .padding(padding)
                        .activation(activation));
        Arbitrary<Layer> dropouts =
                Arbitraries.floats().between(0, true, 1, false).map(DropoutLayer::new);
        Arbitrary<Layer> norms = Combinators.combine(Arbitraries.floats().between(0, false, 1, false), activations)
                .as(BatchNormLayer::new);
        return Arbitraries.oneOf(convolutions, depthwise, dropouts, norms, Arbitraries.of(SampleLayers.all()));
    }

    @Property
    void aLayerComesBackFromItsJson(@ForAll("layers") Layer layer) throws IOException {
        FieldWriter writer = new FieldWriter();
        layer.write(writer);
        StringBuilder text = new StringBuilder();
        JsonText.write(writer.fields(), text);
        JsonFields fields = new JsonFields("it", JsonText.parseObject(text.toString()));
        Layer read = LayerKinds.standard().read(layer.kind(), fields);
        fields.requireNoMore();
        assertThat(read).isEqualTo(layer);
    }

    @Property(tries = 200)
    void aChainOfLayersComesBackFromItsJson(@ForAll("chains") List<Layer> layers) {
        Architecture.Builder builder = Architecture.builder(ImageInput.bytes(6, 5, 3));
        layers.forEach(layer -> builder.residual(block -> block.add(layer), shortcut -> shortcut.add(layer)));
        Architecture network = builder.output(2).build();
        Architecture read = Architecture.fromJson(network.toJson());
        assertThat(read).isEqualTo(network);
        assertThat(read.toJson()).isEqualTo(network.toJson());
        assertThat(new NetworkGraphs(read).initialParameters(3))
                .isEqualTo(new NetworkGraphs(network).initialParameters(3));
    }

    @Provide
    Arbitrary<List<Layer>> chains() {
        Arbitrary<Layer> fitting = layers().filter(layer -> {
            try {
                Architecture.Builder builder = Architecture.builder(ImageInput.bytes(6, 5, 3));
                return builder.add(layer)
                        .build()
                        .shape("input")
                        .equals(builder.build().shape(builder.last()));
            } catch (IllegalArgumentException doesNotFit) {
                return false;
            }
        });
        return fitting.list().ofMinSize(1).ofMaxSize(5);
    }

    @Property
    void theShortestDecimalGivesTheFloatBack(@ForAll int bits) {
        float value = Float.intBitsToFloat(bits);
        if (Float.isFinite(value)) {
            String text = JsonText.shortest(value);
            assertThat(Float.parseFloat(text)).isEqualTo(value + 0f);
            assertThat(text.length()).isLessThan(20);
        }
    }
}
