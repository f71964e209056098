package org.sparkmlext.net;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.sparkmlext.kernels.graph.WindowScale.Level;
import org.sparkmlext.net.Architecture.Builder;
import org.sparkmlext.net.layer.AttentionPoolLayer;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv1dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.DropoutLayer;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.LayerNormLayer;
import org.sparkmlext.net.layer.PositionalEncodingLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.SelfAttentionLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/** The networks for sequences that {@link Presets} describes. */
final class SequencePresets {

    private static final Map<String, Consumer<Builder>> PRESETS = new TreeMap<>(Map.of(
            "lstm", network -> network.add("lstm", RecurrentLayer.lstm(128)),
            "gru", network -> network.add("gru", RecurrentLayer.gru(128)),
            "lstm-attention", SequencePresets::lstmAttention,
            "lstm-fcn", SequencePresets::lstmFcn,
            "transformer-encoder", SequencePresets::transformerEncoder));

    private static final String NORMALISED = "window-norm+";

    private SequencePresets() {}

    static Set<String> names() {
        return Collections.unmodifiableSet(PRESETS.keySet());
    }

    static Architecture named(String name, SequenceInput input) {
        boolean isNormalised = name.startsWith(NORMALISED);
        Consumer<Builder> preset = PRESETS.get(isNormalised ? name.substring(NORMALISED.length()) : name);
        if (preset == null) {
            throw new IllegalArgumentException("unknown network '" + name + "'; known for sequences are " + names()
                    + ", each also with '" + NORMALISED
                    + "' before it, or give the JSON of a network, which begins with"
                    + " '{'");
        }
        Builder network = Architecture.builder(input);
        if (isNormalised) {
            network.add("window-norm", WindowNormLayer.of(Level.LAST));
        }
        preset.accept(network);
        return network.build();
    }

    private static void lstmAttention(Builder network) {
        network.add("lstm1", RecurrentLayer.lstm(128).sequence())
                .add("dropout", new DropoutLayer(0.2f))
                .add("lstm2", RecurrentLayer.lstm(128).sequence())
                .add("attention", new AttentionPoolLayer(128))
                .add("dense", DenseLayer.of(64).activation("relu").initializer(Initializer.HE_UNIFORM));
    }

    private static void lstmFcn(Builder network) {
        String start = network.last();
        int[] filters = {128, 256, 128};
        int[] kernels = {8, 5, 3};
        for (int i = 0; i < filters.length; i++) {
            network.add(
                            "conv" + (i + 1),
                            Conv1dLayer.of(filters[i], kernels[i]).padded().initializer(Initializer.HE_UNIFORM))
                    .add("norm" + (i + 1), BatchNormLayer.of().activation("relu"));
        }
        String convolved = network.globalAveragePool().last();
        String remembered = network.from(start)
                .add("lstm", RecurrentLayer.lstm(64))
                .dropout(0.8)
                .last();
        network.concat(convolved, remembered);
    }

    private static void transformerEncoder(Builder network) {
        network.add("project", Conv1dLayer.of(64, 1)).add("places", new PositionalEncodingLayer());
        for (int i = 1; i <= 2; i++) {
            String block = "block" + i;
            network.residual(attention -> attention
                            .add(block + ".norm1", LayerNormLayer.of())
                            .add(block + ".attention", new SelfAttentionLayer(4))
                            .dropout(0.1))
                    .residual(dense -> dense.add(block + ".norm2", LayerNormLayer.of())
                            .add(
                                    block + ".dense1",
                                    Conv1dLayer.of(128, 1).activation("relu").initializer(Initializer.HE_UNIFORM))
                            .add(block + ".dense2", Conv1dLayer.of(64, 1))
                            .dropout(0.1));
        }
        network.add("norm", LayerNormLayer.of()).globalAveragePool();
    }
}
