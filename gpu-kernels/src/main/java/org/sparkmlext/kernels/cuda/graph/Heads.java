package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Value;

/** Compiles dense layers of few units, as a network ends in, on rows that lie as pixels in bfloat16: {@code heads.cu}. */
record Heads(Compilation c) {

    private static final String FILE = "heads";
    /** A product of more is better made by tensor cores. */
    private static final int MOST_UNITS = 32;

    private static final int THREADS = 256;
    private static final int ROWS_OF_BLOCK = 8;
    /** Units whose weights' gradients a block sums up. */
    private static final int UNITS_OF_BLOCK = 4;

    /** Compiles a node, if it is of such a layer. */
    boolean compile(Node node) {
        Op op = node.op();
        if (op instanceof Dense && isHead(node.input(0), c.shape(node.input(1)).size(0))) {
            forward(node);
        } else if (op instanceof Dense.InputGradient
                && isHead(node.output(0), c.shape(node.input(1)).size(0))) {
            gradient(node);
        } else if (op instanceof Dense.WeightGradient
                && isHead(node.input(0), c.shape(node.input(1)).size(1))) {
            weights(node);
        } else {
            return false;
        }
        return true;
    }

    private boolean isHead(Value rows, int units) {
        return c.isBfloat16()
                && units <= MOST_UNITS
                && c.hasPixels(rows)
                && c.pixelShape(rows).area() == 1;
    }

    private void forward(Node node) {
        PixelShape shape = c.pixelShape(node.input(0));
        int units = c.shape(node.input(1)).size(0);
        c.launches()
                .add(
                        FILE,
                        "head",
                        Grid.covering(shape.rows(), ROWS_OF_BLOCK, THREADS),
                        c.readPixels(node.input(0)),
                        c.read(node.input(1)),
                        c.readOptional(node, 2),
                        c.make(node.output(0)),
                        shape.channels(),
                        units,
                        shape.rows());
    }

    private void gradient(Node node) {
        PixelShape shape = c.pixelShape(node.output(0));
        c.launches()
                .each(
                        FILE,
                        "head_gradient",
                        shape.allGroups(),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.makePixels(node.output(0)),
                        shape.channels(),
                        c.shape(node.input(1)).size(0));
    }

    private void weights(Node node) {
        PixelShape shape = c.pixelShape(node.input(0));
        int units = c.shape(node.input(1)).size(1);
        int unitBlocks = (units + UNITS_OF_BLOCK - 1) / UNITS_OF_BLOCK;
        @Nullable Slot bias = node.types().size() > 1 ? c.make(node.output(1)) : null;
        if (bias != null && c.isCleared(bias)) {
            bias = null;
        }
        c.launches()
                .add(
                        FILE,
                        "head_weights",
                        new Grid(shape.groups(), unitBlocks, 1, THREADS),
                        c.readPixels(node.input(0)),
                        c.read(node.input(1)),
                        c.make(node.output(0)),
                        bias,
                        shape.channels(),
                        units,
                        shape.rows());
    }
}
