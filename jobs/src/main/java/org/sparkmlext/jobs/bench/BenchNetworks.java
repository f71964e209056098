package org.sparkmlext.jobs.bench;

import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.Presets;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.MaxPool2dLayer;
import org.sparkmlext.net.layer.Padding;

/** The networks that are timed, layer by layer as the peers' modules have them. */
final class BenchNetworks {

    static final int CLASSES = 10;

    private BenchNetworks() {}

    /**
     * The preset {@code vgg-cifar} on 32x32x3, or {@code small-cnn} (conv 32, conv 64, max-pool, dense 128) on 28x28x1, ten classes; or the
     * preset {@code lstm-attention} on 60 steps of 10 numbers, one target.
     */
    static Architecture named(String name) {
        return switch (name) {
            case "vgg-cifar" -> Presets.named(name, ImageInput.bytes(32, 32, 3)).withOutputs(CLASSES);
            case "small-cnn" -> smallCnn();
            case "lstm-attention" ->
                Presets.named(name, SequenceInput.of(60, 10)).withOutputs(1);
            default ->
                throw new IllegalArgumentException("network is '" + name + "'; known are " + NetworkSystem.NETWORKS);
        };
    }

    /** Cross-entropy of the classes of images, the squared error of what sequences say. */
    static LossFunction loss(Architecture network) {
        return network.input() instanceof SequenceInput
                ? new LossFunction.SquaredError()
                : new LossFunction.CrossEntropy(0, 0);
    }

    private static Architecture smallCnn() {
        return Architecture.builder(ImageInput.bytes(28, 28, 1))
                .add("conv1", convolution(32))
                .add("conv2", convolution(64))
                .add("pool", MaxPool2dLayer.of(2))
                .flatten()
                .add("dense", DenseLayer.of(128).activation("relu").initializer(Initializer.HE_UNIFORM))
                .build()
                .withOutputs(CLASSES);
    }

    private static Conv2dLayer convolution(int filters) {
        return Conv2dLayer.of(filters, 3)
                .padding(Padding.SAME)
                .activation("relu")
                .initializer(Initializer.HE_UNIFORM);
    }
}
