package org.sparkmlext.net.layer;

import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * How a convolution or pooling moves over an image, before the image's size is known. In JSON the fields {@code kernel},
 * {@code strides}, {@code padding} and {@code dilation}; sizes are {@code [height, width]}, or one number for both.
 */
public record SlidingWindow(Pair kernel, Pair strides, Padding padding, Pair dilation) {

    /** Height and width. */
    public record Pair(int height, int width) {}

    public SlidingWindow {
        // Sizes are checked there, so that a fault is found where the layer is made.
        new Window2d(
                kernel.height(),
                kernel.width(),
                strides.height(),
                strides.width(),
                0,
                0,
                0,
                0,
                dilation.height(),
                dilation.width());
    }

    /** A square kernel of stride 1, without padding and dilation. */
    static SlidingWindow of(int kernel) {
        return new SlidingWindow(new Pair(kernel, kernel), new Pair(1, 1), Padding.VALID, new Pair(1, 1));
    }

    SlidingWindow kernel(int height, int width) {
        return new SlidingWindow(new Pair(height, width), strides, padding, dilation);
    }

    SlidingWindow strides(int height, int width) {
        return new SlidingWindow(kernel, new Pair(height, width), padding, dilation);
    }

    SlidingWindow padding(Padding changed) {
        return new SlidingWindow(kernel, strides, changed, dilation);
    }

    SlidingWindow dilation(int height, int width) {
        return new SlidingWindow(kernel, strides, padding, new Pair(height, width));
    }

    /** A convolution's fields; all but {@code kernel} may be missing. */
    static SlidingWindow read(JsonFields fields) {
        SlidingWindow plain = of(1);
        return new SlidingWindow(
                fields.pair("kernel"),
                fields.pair("strides", plain.strides),
                fields.padding("padding", plain.padding),
                fields.pair("dilation", plain.dilation));
    }

    void write(FieldWriter fields) {
        writePooling(fields);
        fields.put("dilation", dilation.height, dilation.width);
    }

    /** A pooling's fields: no dilation, and the windows touch where no strides are given. */
    static SlidingWindow readPooling(JsonFields fields) {
        Pair kernel = fields.pair("kernel");
        return new SlidingWindow(
                kernel, fields.pair("strides", kernel), fields.padding("padding", Padding.VALID), new Pair(1, 1));
    }

    void writePooling(FieldWriter fields) {
        fields.put("kernel", kernel.height, kernel.width);
        fields.put("strides", strides.height, strides.width);
        fields.put("padding", padding);
    }

    /**
     * The window over images of a shape N x C x H x W.
     *
     * @throws IllegalArgumentException if the kernel does not fit into them
     */
    Window2d over(Shape images, LayerContext context) {
        Window2d window = padding.pad(
                new Window2d(
                        kernel.height,
                        kernel.width,
                        strides.height,
                        strides.width,
                        0,
                        0,
                        0,
                        0,
                        dilation.height,
                        dilation.width),
                images);
        if (window.outputHeight(images.size(2)) < 1 || window.outputWidth(images.size(3)) < 1) {
            throw context.fault("a window of " + window + " does not fit into images of "
                    + images.size(1) + "x" + images.size(2) + "x" + images.size(3)
                    + ". Take a smaller kernel, padding 'same' or larger images.");
        }
        return window;
    }
}
