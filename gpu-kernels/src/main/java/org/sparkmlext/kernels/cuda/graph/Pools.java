package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Compiles pooling: {@code windows.cu}. */
record Pools(Compilation c) {

    private static final String FILE = "windows";

    private Slot sizes(Window2d window, Shape images, Shape pooled) {
        return c.constant(Sizes.of(window, images, pooled).toArray());
    }

    void max(Node node, MaxPool2d op) {
        Shape pooled = c.shape(node.output(0));
        c.launches()
                .each(
                        FILE,
                        "max_pool",
                        pooled.elements(),
                        c.read(node.input(0)),
                        c.make(node.output(0)),
                        c.makeOpaque(node.output(1), (long) pooled.elements() * Integer.BYTES),
                        sizes(op.window(), c.shape(node.input(0)), pooled));
    }

    void maxGradient(Node node, MaxPool2d.Gradient op) {
        c.launches()
                .each(
                        FILE,
                        "max_pool_gradient",
                        op.images().elements(),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.make(node.output(0)),
                        sizes(op.window(), op.images(), c.shape(node.input(0))));
    }

    void average(Node node, AveragePool2d op) {
        Shape pooled = c.shape(node.output(0));
        c.launches()
                .each(
                        FILE,
                        "average_pool",
                        pooled.elements(),
                        c.read(node.input(0)),
                        c.make(node.output(0)),
                        op.countsPadding() ? 1 : 0,
                        sizes(op.window(), c.shape(node.input(0)), pooled));
    }

    void averageGradient(Node node, AveragePool2d.Gradient op) {
        c.launches()
                .each(
                        FILE,
                        "average_pool_gradient",
                        op.images().elements(),
                        c.read(node.input(0)),
                        c.make(node.output(0)),
                        op.countsPadding() ? 1 : 0,
                        sizes(op.window(), op.images(), c.shape(node.input(0))));
    }
}
