package org.sparkmlext.kernels.graph;

/**
 * How a convolution or pooling moves over an image: kernel, stride, padding on each side, dilation (1 = dense).
 *
 * <p>Output size of an axis: {@code floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1}.
 */
public record Window2d(
        int kernelHeight,
        int kernelWidth,
        int strideHeight,
        int strideWidth,
        int padTop,
        int padLeft,
        int padBottom,
        int padRight,
        int dilationHeight,
        int dilationWidth) {

    public Window2d {
        requireAtLeast(1, kernelHeight, "kernelHeight");
        requireAtLeast(1, kernelWidth, "kernelWidth");
        requireAtLeast(1, strideHeight, "strideHeight");
        requireAtLeast(1, strideWidth, "strideWidth");
        requireAtLeast(0, padTop, "padTop");
        requireAtLeast(0, padLeft, "padLeft");
        requireAtLeast(0, padBottom, "padBottom");
        requireAtLeast(0, padRight, "padRight");
        requireAtLeast(1, dilationHeight, "dilationHeight");
        requireAtLeast(1, dilationWidth, "dilationWidth");
    }

    private static void requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }

    /** A square kernel, stride 1, no padding. */
    public static Window2d square(int kernel) {
        return new Window2d(kernel, kernel, 1, 1, 0, 0, 0, 0, 1, 1);
    }

    /** The whole image at once. */
    public static Window2d whole(Shape image) {
        return new Window2d(image.size(2), image.size(3), 1, 1, 0, 0, 0, 0, 1, 1);
    }

    public Window2d stride(int stride) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                stride,
                stride,
                padTop,
                padLeft,
                padBottom,
                padRight,
                dilationHeight,
                dilationWidth);
    }

    /** The same padding on all sides. */
    public Window2d pad(int padding) {
        return pad(padding, padding, padding, padding);
    }

    public Window2d pad(int top, int left, int bottom, int right) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                top,
                left,
                bottom,
                right,
                dilationHeight,
                dilationWidth);
    }

    public Window2d dilation(int dilation) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                padTop,
                padLeft,
                padBottom,
                padRight,
                dilation,
                dilation);
    }

    /** Padding that gives {@code ceil(size / stride)}; an odd rest goes to bottom and right, as in Keras. */
    public Window2d same(int height, int width) {
        int vertical = samePadding(height, kernelHeight, strideHeight, dilationHeight);
        int horizontal = samePadding(width, kernelWidth, strideWidth, dilationWidth);
        return pad(vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2);
    }

    private static int samePadding(int size, int kernel, int stride, int dilation) {
        int outputs = (size + stride - 1) / stride;
        return Math.max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size);
    }

    /** Height of the output; 0 or less where the kernel is larger than the padded image. */
    public int outputHeight(int height) {
        return output(height, padTop + padBottom, kernelHeight, strideHeight, dilationHeight);
    }

    /** Width of the output; 0 or less where the kernel is larger than the padded image. */
    public int outputWidth(int width) {
        return output(width, padLeft + padRight, kernelWidth, strideWidth, dilationWidth);
    }

    private static int output(int size, int padding, int kernel, int stride, int dilation) {
        return Math.floorDiv(size + padding - dilation * (kernel - 1) - 1, stride) + 1;
    }

    /** Shape of the output of an image N x C x H x W with {@code channels} channels. */
    Shape output(Inputs inputs, int channels) {
        Shape image = inputs.shape(0);
        int height = outputHeight(image.size(2));
        int width = outputWidth(image.size(3));
        inputs.require(height > 0 && width > 0, "the window " + this + " is larger than the padded image");
        return Shape.of(image.size(0), channels, height, width);
    }

    @Override
    public String toString() {
        return kernelHeight + "x" + kernelWidth + " stride " + strideHeight + "x" + strideWidth + " pad " + padTop + ","
                + padLeft + "," + padBottom + "," + padRight
                + (dilationHeight == 1 && dilationWidth == 1
                        ? ""
                        : " dilation " + dilationHeight + "x" + dilationWidth);
    }
}
