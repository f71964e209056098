package org.sparkmlext.net;

import java.util.List;
import org.sparkmlext.kernels.graph.WindowScale;
import org.sparkmlext.net.layer.ActivationLayer;
import org.sparkmlext.net.layer.AttentionPoolLayer;
import org.sparkmlext.net.layer.AveragePool2dLayer;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv1dLayer;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.DepthwiseConv2dLayer;
import org.sparkmlext.net.layer.DropoutLayer;
import org.sparkmlext.net.layer.EmbeddingLayer;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerNormLayer;
import org.sparkmlext.net.layer.MaxPool2dLayer;
import org.sparkmlext.net.layer.MergeLayer;
import org.sparkmlext.net.layer.Padding;
import org.sparkmlext.net.layer.PositionalEncodingLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.ReshapeLayer;
import org.sparkmlext.net.layer.SelfAttentionLayer;
import org.sparkmlext.net.layer.WindowDenormLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/** One layer and more of each kind, all for images of 4 channels, 5 x 6 pixels. */
final class SampleLayers {

    private SampleLayers() {}

    static List<Layer> all() {
        return List.of(
                Conv2dLayer.of(4, 3).strides(2).padding(Padding.SAME).activation("tanh"),
                Conv2dLayer.of(6, 2).groups(2).withoutBias().initializer(Initializer.LECUN_NORMAL),
                Conv2dLayer.of(2, 1).kernel(3, 2).dilation(2).padding(new Padding.Explicit(1, 0, 2, 1)),
                DepthwiseConv2dLayer.of(3)
                        .multiplier(2)
                        .padding(Padding.SAME)
                        .strides(2)
                        .activation("elu"),
                DenseLayer.of(5).activation("gelu").initializer(Initializer.HE_UNIFORM),
                DenseLayer.of(3).withoutBias(),
                BatchNormLayer.of().activation("relu"),
                new BatchNormLayer(1e-3f, "linear"),
                new ActivationLayer("leaky-relu:0.2"),
                new ActivationLayer("sigmoid"),
                new ActivationLayer("swish"),
                new ActivationLayer("softplus"),
                new ActivationLayer("hard-swish"),
                new ActivationLayer("linear"),
                MaxPool2dLayer.of(2),
                MaxPool2dLayer.of(3).strides(2).padding(Padding.of(1)),
                AveragePool2dLayer.of(2),
                new AveragePool2dLayer(
                        AveragePool2dLayer.of(3)
                                .strides(1)
                                .padding(Padding.SAME)
                                .window(),
                        true),
                new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE),
                new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX),
                Conv1dLayer.of(3, 2).stride(2).padded().activation("tanh"),
                Conv1dLayer.of(4, 2).dilation(2).withoutBias().initializer(Initializer.HE_NORMAL),
                new AttentionPoolLayer(3),
                RecurrentLayer.lstm(3),
                RecurrentLayer.lstm(2).bidirectional().sequence(),
                RecurrentLayer.gru(2).bidirectional(),
                RecurrentLayer.gru(3).sequence(),
                RecurrentLayer.rnn(3),
                RecurrentLayer.rnn(2).bidirectional().sequence(),
                LayerNormLayer.of(),
                new LayerNormLayer(1e-3f),
                new EmbeddingLayer(7, 3),
                new PositionalEncodingLayer(),
                new SelfAttentionLayer(1),
                new SelfAttentionLayer(3),
                WindowNormLayer.of(WindowScale.Level.LAST),
                WindowNormLayer.of(WindowScale.Level.MEAN).unscaled(),
                new WindowDenormLayer(WindowNormLayer.of(WindowScale.Level.MEAN), List.of(3, 0), 2),
                new DropoutLayer(0.3f),
                ReshapeLayer.flatten(),
                new ReshapeLayer(List.of(8, -1, 3)),
                new MergeLayer(MergeLayer.Merge.ADD),
                new MergeLayer(MergeLayer.Merge.MULTIPLY),
                new MergeLayer(MergeLayer.Merge.CONCAT));
    }

    /**
     * A convolution, the layer (on two convolutions if it merges, on 5 steps if it takes a sequence), a head of 3 outputs; what takes
     * the network's input alone has sequences of 5 steps instead.
     */
    static Architecture network(Layer layer) {
        if (layer instanceof EmbeddingLayer) {
            return Architecture.builder(SequenceInput.of(5, 1))
                    .add("layer", layer)
                    .output(3)
                    .build();
        } else if (layer instanceof WindowNormLayer) {
            return Architecture.builder(SequenceInput.of(5, 4))
                    .add("layer", layer)
                    .output(3)
                    .build();
        } else if (layer instanceof WindowDenormLayer) {
            return Architecture.builder(SequenceInput.of(5, 4))
                    .add("values", DenseLayer.of(8))
                    .add("layer", layer, "values", "input")
                    .output(3)
                    .build();
        }
        Architecture.Builder network = Architecture.builder(ImageInput.bytes(5, 6, 2))
                .add("first", Conv2dLayer.of(4, 3).padding(Padding.SAME).activation("tanh"));
        if (layer instanceof MergeLayer) {
            network.add("second", Conv2dLayer.of(4, 1)).add("layer", layer, "first", "second");
        } else if (layer instanceof RecurrentLayer
                || layer instanceof Conv1dLayer
                || layer instanceof LayerNormLayer
                || layer instanceof PositionalEncodingLayer
                || layer instanceof SelfAttentionLayer
                || layer instanceof AttentionPoolLayer) {
            network.add("steps", new ReshapeLayer(List.of(5, 24))).add("layer", layer);
        } else {
            network.add("layer", layer);
        }
        return network.output(3).build();
    }
}
