package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Value;

/**
 * Convolution of each channel by itself (Chollet 2017). Output: multiplier * C x H' x W', the outputs of a channel side by side.
 *
 * <p>Parameters and defaults are those of {@link Conv2dLayer} with as many groups as channels: {@code weights} multiplier * C x 1 x
 * kernel height x kernel width.
 *
 * @param multiplier outputs a channel
 * @param activation see {@link ActivationText}
 */
public record DepthwiseConv2dLayer(
        int multiplier, SlidingWindow window, boolean hasBias, String activation, Initializer initializer)
        implements Layer {

    static final String KIND = "depthwise-conv2d";

    public DepthwiseConv2dLayer {
        Sizes.requirePositive(multiplier, "multiplier");
        activation = ActivationText.canonical(activation);
    }

    /** A square kernel; everything else as by default. */
    public static DepthwiseConv2dLayer of(int kernel) {
        return new DepthwiseConv2dLayer(
                1, SlidingWindow.of(kernel), true, ActivationText.LINEAR, Initializer.GLOROT_UNIFORM);
    }

    public DepthwiseConv2dLayer multiplier(int changed) {
        return new DepthwiseConv2dLayer(changed, window, hasBias, activation, initializer);
    }

    public DepthwiseConv2dLayer strides(int stride) {
        return new DepthwiseConv2dLayer(multiplier, window.strides(stride, stride), hasBias, activation, initializer);
    }

    public DepthwiseConv2dLayer padding(Padding padding) {
        return new DepthwiseConv2dLayer(multiplier, window.padding(padding), hasBias, activation, initializer);
    }

    public DepthwiseConv2dLayer withoutBias() {
        return new DepthwiseConv2dLayer(multiplier, window, false, activation, initializer);
    }

    public DepthwiseConv2dLayer activation(String changed) {
        return new DepthwiseConv2dLayer(multiplier, window, hasBias, changed, initializer);
    }

    public DepthwiseConv2dLayer initializer(Initializer changed) {
        return new DepthwiseConv2dLayer(multiplier, window, hasBias, activation, changed);
    }

    static DepthwiseConv2dLayer read(JsonFields fields) {
        return new DepthwiseConv2dLayer(
                fields.integer("multiplier", 1),
                SlidingWindow.read(fields),
                fields.flag("bias", true),
                fields.text("activation", ActivationText.LINEAR),
                fields.initializer("initializer", Initializer.GLOROT_UNIFORM));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("multiplier", multiplier);
        window.write(fields);
        fields.put("bias", hasBias).put("activation", activation).put("initializer", initializer);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        int channels = context.shape(context.singleImage(inputs)).size(1);
        int filters = Math.multiplyExact(channels, multiplier);
        return new Conv2dLayer(filters, window, channels, hasBias, activation, initializer).lower(context, inputs);
    }
}
