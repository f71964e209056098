package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.LayerNorm;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles normalisation and sums along channels: {@code norms.cu}. */
record Norms(Compilation c) {

    private static final String FILE = "norms";
    /** Columns and threads of a block of {@code sum_columns}. */
    private static final int COLUMNS = 32;

    private static final int COLUMN_THREADS = 256;

    private static int area(Shape x) {
        return x.rank() == 2 ? 1 : x.size(2) * x.size(3);
    }

    /** Sums of the channels of rows x channels x area; a long sum of a matrix in pieces. */
    void sumChannels(Slot x, Slot y, int rows, int channels, int area) {
        if (area > 1 || channels < COLUMNS) {
            c.launches().sums(FILE, "sum_channels", channels, (long) rows * area, x, y, rows, channels, area);
            return;
        }
        Pieces pieces = Pieces.of(rows, channels);
        Slot target = pieces.target(c, y);
        Grid grid = new Grid((channels + COLUMNS - 1) / COLUMNS, pieces.count(), 1, COLUMN_THREADS);
        c.launches().add(FILE, "sum_columns", grid, x, target, rows, channels, pieces.length());
        pieces.add(c, target, y);
    }

    void batch(Node node, BatchNorm op) {
        Shape x = c.shape(node.input(0));
        c.launches()
                .sums(
                        FILE,
                        "normalize",
                        x.size(1),
                        (long) x.size(0) * area(x),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.make(node.output(0)),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        c.sumOverRows(node.output(1)),
                        c.sumOverRows(node.output(2)),
                        op.epsilon(),
                        x.size(0),
                        x.size(1),
                        area(x));
    }

    void batchGradient(Node node, BatchNorm.Gradient op) {
        Shape x = c.shape(node.input(0));
        c.launches()
                .sums(
                        FILE,
                        "normalize_gradient",
                        x.size(1),
                        (long) x.size(0) * area(x),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.read(node.input(3)),
                        c.read(node.input(4)),
                        c.make(node.output(0)),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        op.epsilon(),
                        x.size(0),
                        x.size(1),
                        area(x));
    }

    void inference(Node node, BatchNorm.Inference op) {
        Shape x = c.shape(node.input(0));
        c.launches()
                .each(
                        FILE,
                        "normalize_given",
                        x.elements(),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.read(node.input(3)),
                        c.read(node.input(4)),
                        c.make(node.output(0)),
                        op.epsilon(),
                        x.size(1),
                        area(x));
    }

    void layer(Node node, LayerNorm op) {
        Shape x = c.shape(node.input(0));
        int width = x.size(x.rank() - 1);
        c.launches()
                .sums(
                        FILE,
                        "normalize_vectors",
                        x.elements() / width,
                        width,
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.make(node.output(0)),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        op.epsilon(),
                        width);
    }

    void layerGradient(Node node, LayerNorm.Gradient op) {
        Shape shape = c.shape(node.input(0));
        int width = shape.size(shape.rank() - 1);
        int vectors = shape.elements() / width;
        Slot x = c.read(node.input(0));
        Slot dy = c.read(node.input(1));
        Slot means = c.read(node.input(3));
        Slot variances = c.read(node.input(4));
        c.launches()
                .sums(
                        FILE,
                        "normalize_vectors_gradient",
                        vectors,
                        width,
                        x,
                        dy,
                        c.read(node.input(2)),
                        means,
                        variances,
                        c.make(node.output(0)),
                        op.epsilon(),
                        width);
        c.launches()
                .sums(
                        FILE,
                        "normalize_vectors_weights",
                        width,
                        vectors,
                        x,
                        dy,
                        means,
                        variances,
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        op.epsilon(),
                        vectors,
                        width);
    }
}
