package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Value;

/** Largest value of each window of an image C x H x W; padding never wins. Output: C x H' x W'. Windows touch by default. */
public record MaxPool2dLayer(SlidingWindow window) implements Layer {

    static final String KIND = "max-pool2d";

    /** Square windows that touch. */
    public static MaxPool2dLayer of(int size) {
        return new MaxPool2dLayer(SlidingWindow.of(size).strides(size, size));
    }

    public MaxPool2dLayer strides(int stride) {
        return new MaxPool2dLayer(window.strides(stride, stride));
    }

    public MaxPool2dLayer kernel(int height, int width) {
        return new MaxPool2dLayer(window.kernel(height, width));
    }

    public MaxPool2dLayer strides(int height, int width) {
        return new MaxPool2dLayer(window.strides(height, width));
    }

    public MaxPool2dLayer padding(Padding padding) {
        return new MaxPool2dLayer(window.padding(padding));
    }

    static MaxPool2dLayer read(JsonFields fields) {
        return new MaxPool2dLayer(SlidingWindow.readPooling(fields));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        window.writePooling(fields);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value image = context.singleImage(inputs);
        return context.add(new MaxPool2d(window.over(context.shape(image), context)), image);
    }
}
