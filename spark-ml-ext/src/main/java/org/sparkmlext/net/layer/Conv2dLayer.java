package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * Convolution of an image C x H x W, then a function of each element. Output: filters x H' x W'.
 *
 * <p>Parameters: {@code weights} filters x C/groups x kernel height x kernel width, {@code bias} filters. Defaults are those of Keras:
 * stride 1, padding valid, with bias, Glorot uniform, bias 0.
 *
 * @param groups the channels are cut into so many groups that do not see each other; must divide channels and filters
 * @param activation see {@link ActivationText}
 */
public record Conv2dLayer(
        int filters, SlidingWindow window, int groups, boolean hasBias, String activation, Initializer initializer)
        implements Layer {

    static final String KIND = "conv2d";

    public Conv2dLayer {
        Sizes.requirePositive(filters, "filters");
        Sizes.requirePositive(groups, "groups");
        activation = ActivationText.canonical(activation);
    }

    /** A square kernel; everything else as by default. */
    public static Conv2dLayer of(int filters, int kernel) {
        return new Conv2dLayer(
                filters, SlidingWindow.of(kernel), 1, true, ActivationText.LINEAR, Initializer.GLOROT_UNIFORM);
    }

    public Conv2dLayer kernel(int height, int width) {
        return with(window.kernel(height, width));
    }

    public Conv2dLayer strides(int stride) {
        return with(window.strides(stride, stride));
    }

    public Conv2dLayer strides(int height, int width) {
        return with(window.strides(height, width));
    }

    public Conv2dLayer padding(Padding padding) {
        return with(window.padding(padding));
    }

    public Conv2dLayer dilation(int dilation) {
        return with(window.dilation(dilation, dilation));
    }

    private Conv2dLayer with(SlidingWindow changed) {
        return new Conv2dLayer(filters, changed, groups, hasBias, activation, initializer);
    }

    public Conv2dLayer groups(int changed) {
        return new Conv2dLayer(filters, window, changed, hasBias, activation, initializer);
    }

    public Conv2dLayer withoutBias() {
        return new Conv2dLayer(filters, window, groups, false, activation, initializer);
    }

    public Conv2dLayer activation(String changed) {
        return new Conv2dLayer(filters, window, groups, hasBias, changed, initializer);
    }

    public Conv2dLayer initializer(Initializer changed) {
        return new Conv2dLayer(filters, window, groups, hasBias, activation, changed);
    }

    static Conv2dLayer read(JsonFields fields) {
        return new Conv2dLayer(
                fields.integer("filters"),
                SlidingWindow.read(fields),
                fields.integer("groups", 1),
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
        fields.put("filters", filters);
        window.write(fields);
        fields.put("groups", groups)
                .put("bias", hasBias)
                .put("activation", activation)
                .put("initializer", initializer);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value image = context.singleImage(inputs);
        int channels = context.shape(image).size(1);
        if (channels % groups != 0 || filters % groups != 0) {
            throw context.fault("has " + groups + " groups, which must divide its " + filters
                    + " filters and the channels of the image; got " + context.describe(image));
        }
        Shape weights = Shape.of(
                filters,
                channels / groups,
                window.kernel().height(),
                window.kernel().width());
        return convolve(context, image, weights);
    }

    private Value convolve(LayerContext context, Value image, Shape shape) {
        Conv2d op = new Conv2d(window.over(context.shape(image), context), groups);
        Value weights = context.parameter("weights", shape, Initialization.of(initializer, shape, groups));
        Value sums = hasBias
                ? context.add(op, image, weights, context.parameter("bias", Shape.of(filters), Initialization.ZEROS))
                : context.add(op, image, weights);
        return context.activate(activation, sums);
    }
}
