package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Sizes of a convolution or pooling as the kernels read them: {@code Sizes} of {@code products.cu} and {@code windows.cu}. */
record Sizes(int rows, int groups, int channels, Shape images, int outputs, Shape out, Window2d window) {

    /**
     * Of a convolution.
     *
     * @param weights O x C/groups x kernel height x kernel width
     */
    static Sizes of(Window2d window, int groups, Shape images, Shape weights, Shape out) {
        return new Sizes(images.size(0), groups, weights.size(1), images, weights.size(0) / groups, out, window);
    }

    /** Of a pooling: every channel by itself. */
    static Sizes of(Window2d window, Shape images, Shape out) {
        return new Sizes(images.size(0), images.size(1), 1, images, 1, out, window);
    }

    /** Pixels of an output's plane. */
    int outArea() {
        return out.size(2) * out.size(3);
    }

    int area() {
        return images.size(2) * images.size(3);
    }

    /** Weights of an output. */
    int weights() {
        return channels * window.kernelHeight() * window.kernelWidth();
    }

    int[] toArray() {
        return new int[] {
            rows,
            groups,
            channels,
            images.size(2),
            images.size(3),
            outputs,
            out.size(2),
            out.size(3),
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.padTop(),
            window.padLeft(),
            window.dilationHeight(),
            window.dilationWidth()
        };
    }
}
