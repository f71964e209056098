package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.Value;

/**
 * Mean of each window of an image C x H x W. Output: C x H' x W'. Windows touch by default.
 *
 * @param countsPadding whether the padding counts as zeros; by default only pixels of the image count, as in Keras
 */
public record AveragePool2dLayer(SlidingWindow window, boolean countsPadding) implements Layer {

    static final String KIND = "average-pool2d";

    /** Square windows that touch. */
    public static AveragePool2dLayer of(int size) {
        return new AveragePool2dLayer(SlidingWindow.of(size).strides(size, size), false);
    }

    public AveragePool2dLayer strides(int stride) {
        return new AveragePool2dLayer(window.strides(stride, stride), countsPadding);
    }

    public AveragePool2dLayer kernel(int height, int width) {
        return new AveragePool2dLayer(window.kernel(height, width), countsPadding);
    }

    public AveragePool2dLayer strides(int height, int width) {
        return new AveragePool2dLayer(window.strides(height, width), countsPadding);
    }

    public AveragePool2dLayer padding(Padding padding) {
        return new AveragePool2dLayer(window.padding(padding), countsPadding);
    }

    static AveragePool2dLayer read(JsonFields fields) {
        return new AveragePool2dLayer(SlidingWindow.readPooling(fields), fields.flag("counts_padding", false));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        window.writePooling(fields);
        fields.put("counts_padding", countsPadding);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value image = context.singleImage(inputs);
        return context.add(new AveragePool2d(window.over(context.shape(image), context), countsPadding), image);
    }
}
