package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Compiles pooling of pixels: {@code pixel_windows.cu}. */
record PixelPools(Compilation c) {

    private static final String FILE = "pixel_windows";
    /** A place in a window is a byte. */
    private static final int MOST_PLACES = 256;

    /** Whether the largest of such windows can be found; other poolings compute in plain order. */
    static boolean isPossible(Window2d window) {
        return (long) window.kernelHeight() * window.kernelWidth() <= MOST_PLACES;
    }

    private Slot sizes(Window2d window, Shape images, Shape pooled) {
        return c.constant(Sizes.of(window, images, pooled).toArray());
    }

    private String file() {
        return c.pixelNumber().file(FILE);
    }

    private void each(Node node, String kernel, Object... arguments) {
        c.launches().each(file(), kernel, c.pixelShape(node.output(0)).allGroups(), arguments);
    }

    void max(Node node, MaxPool2d op) {
        long places = (long) c.pixelShape(node.output(0)).pixels()
                * c.pixelShape(node.output(0)).padded();
        each(
                node,
                "max_pool_pixels",
                c.readPixels(node.input(0)),
                c.makePixels(node.output(0)),
                c.makeOpaque(node.output(1), places),
                sizes(op.window(), c.shape(node.input(0)), c.shape(node.output(0))));
    }

    void maxGradient(Node node, MaxPool2d.Gradient op) {
        each(
                node,
                "max_pool_pixels_gradient",
                c.readPixels(node.input(0)),
                c.read(node.input(1)),
                c.makePixels(node.output(0)),
                sizes(op.window(), op.images(), c.shape(node.input(0))));
    }

    void average(Node node, AveragePool2d op) {
        each(
                node,
                "average_pool_pixels",
                c.readPixels(node.input(0)),
                c.makePixels(node.output(0)),
                op.countsPadding() ? 1 : 0,
                sizes(op.window(), c.shape(node.input(0)), c.shape(node.output(0))));
    }

    void averageGradient(Node node, AveragePool2d.Gradient op) {
        each(
                node,
                "average_pool_pixels_gradient",
                c.readPixels(node.input(0)),
                c.makePixels(node.output(0)),
                op.countsPadding() ? 1 : 0,
                sizes(op.window(), op.images(), c.shape(node.input(0))));
    }
}
