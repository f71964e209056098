package org.sparkmlext.net;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.sparkmlext.net.Architecture.Builder;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.Initializer;
import org.sparkmlext.net.layer.MaxPool2dLayer;
import org.sparkmlext.net.layer.Padding;

/**
 * Networks by name, without their head.
 *
 * <ul>
 *   <li>{@code simple-cnn}: conv 32, conv 64, max-pool, dropout 0.25, dense 128, dropout 0.5; 3x3 kernels, padding same, ReLU.
 *   <li>{@code vgg-cifar}: conv 64-64, 128-128, 256-256, each with batch norm and ReLU, each pair with max-pool and dropout 0.25; dense
 *       512 with batch norm, ReLU and dropout 0.5 (in the manner of Simonyan and Zisserman 2015).
 *   <li>{@code resnet18}: He et al. 2016. Images below 64 pixels, on their shorter side, keep their size in a 3x3 stem; larger ones pass
 *       a 7x7 stem of stride 2 and a max-pool.
 * </ul>
 */
public final class Presets {

    private static final Map<String, Function<ImageInput, Architecture>> PRESETS = new TreeMap<>(Map.of(
            "simple-cnn", Presets::simpleCnn,
            "vgg-cifar", Presets::vggCifar,
            "resnet18", Presets::resnet18));

    /** From this size on images are large. */
    private static final int LARGE_IMAGE = 64;

    private Presets() {}

    /** Names, sorted. */
    public static java.util.Set<String> names() {
        return java.util.Collections.unmodifiableSet(PRESETS.keySet());
    }

    /**
     * The network of that name for images of a size.
     *
     * @throws IllegalArgumentException if there is none, or the images are too small for it
     */
    public static Architecture named(String name, ImageInput input) {
        Function<ImageInput, Architecture> preset = PRESETS.get(name);
        if (preset == null) {
            throw new IllegalArgumentException("unknown network '" + name + "'; known are " + names()
                    + ", or give the JSON of a network, which begins with '{'");
        }
        return preset.apply(input);
    }

    /** Names of networks for sequences, sorted. */
    public static java.util.Set<String> sequenceNames() {
        return SequencePresets.names();
    }

    /**
     * The network of that name for sequences, without its head; {@code window-norm+lstm} puts a {@code window-norm} layer before it.
     *
     * <ul>
     *   <li>{@code lstm}, {@code gru}: one layer of 128.
     *   <li>{@code lstm-attention}: two LSTMs of 128 with dropout 0.2 between, additive attention of 128, dense 64 with ReLU.
     *   <li>{@code lstm-fcn}: convolutions of 128, 256 and 128 filters over 8, 5 and 3 steps with batch norm and ReLU, their mean over the
     *       steps, beside an LSTM of 64 with dropout 0.8 (Karim et al. 2018; this LSTM reads the steps in their order).
     *   <li>{@code transformer-encoder}: steps of 64 features with the waves of their places, two blocks of self-attention with 4 heads and
     *       a dense layer of 128 (layer norm before each, dropout 0.1 after), layer norm, the mean over the steps (Vaswani et al. 2017,
     *       Xiong et al. 2020).
     * </ul>
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Architecture named(String name, SequenceInput input) {
        return SequencePresets.named(name, input);
    }

    private static Architecture simpleCnn(ImageInput input) {
        return Architecture.builder(input)
                .add("conv1", relu(32))
                .add("conv2", relu(64))
                .add("pool", MaxPool2dLayer.of(2))
                .dropout(0.25)
                .flatten()
                .add("dense", DenseLayer.of(128).activation("relu").initializer(Initializer.HE_UNIFORM))
                .dropout(0.5)
                .build();
    }

    private static Conv2dLayer relu(int filters) {
        return Conv2dLayer.of(filters, 3)
                .padding(Padding.SAME)
                .activation("relu")
                .initializer(Initializer.HE_UNIFORM);
    }

    private static Architecture vggCifar(ImageInput input) {
        Builder network = Architecture.builder(input);
        int[] filters = {64, 128, 256};
        for (int block = 1; block <= filters.length; block++) {
            for (int conv = 1; conv <= 2; conv++) {
                String suffix = block + "-" + conv;
                network.add(
                                "conv" + suffix,
                                Conv2dLayer.of(filters[block - 1], 3)
                                        .padding(Padding.SAME)
                                        .initializer(Initializer.HE_NORMAL))
                        .add("norm" + suffix, BatchNormLayer.of().activation("relu"));
            }
            network.add("pool" + block, MaxPool2dLayer.of(2)).dropout(0.25);
        }
        return network.flatten()
                .add("dense", DenseLayer.of(512).initializer(Initializer.HE_NORMAL))
                .add("norm", BatchNormLayer.of().activation("relu"))
                .dropout(0.5)
                .build();
    }

    private static Architecture resnet18(ImageInput input) {
        Builder network = Architecture.builder(input);
        boolean isLarge = Math.min(input.height(), input.width()) >= LARGE_IMAGE;
        network.add("stem.conv", isLarge ? conv(64, 7, 2) : conv(64, 3, 1))
                .add("stem.norm", BatchNormLayer.of().activation("relu"));
        if (isLarge) {
            network.add("stem.pool", MaxPool2dLayer.of(3).strides(2).padding(Padding.of(1)));
        }
        for (int stage = 1; stage <= 4; stage++) {
            int filters = 32 << stage;
            basicBlock(network, "stage" + stage + ".block1", filters, stage == 1 ? 1 : 2, stage > 1);
            basicBlock(network, "stage" + stage + ".block2", filters, 1, false);
        }
        return network.globalAveragePool().build();
    }

    /** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes. */
    private static void basicBlock(Builder network, String name, int filters, int stride, boolean changesShape) {
        String start = network.last();
        network.add(name + ".conv1", conv(filters, 3, stride))
                .add(name + ".norm1", BatchNormLayer.of().activation("relu"))
                .add(name + ".conv2", conv(filters, 3, 1))
                .add(name + ".norm2", BatchNormLayer.of());
        String shortcut = start;
        if (changesShape) {
            network.from(start)
                    .add(name + ".shortcut.conv", conv(filters, 1, stride))
                    .add(name + ".shortcut.norm", BatchNormLayer.of());
            shortcut = network.last();
        }
        network.sum(name + ".norm2", shortcut).activation("relu");
    }

    private static Conv2dLayer conv(int filters, int kernel, int stride) {
        return Conv2dLayer.of(filters, kernel)
                .strides(stride)
                .padding(Padding.of(kernel / 2))
                .withoutBias()
                .initializer(Initializer.HE_NORMAL);
    }
}
