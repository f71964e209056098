package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.graph.Products.Tile;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles convolutions: as products ({@code products.cu}), with few outputs a group one by one ({@code windows.cu}). */
record Convolutions(Compilation c) {

    private static final String FILE = "products";
    private static final String FEW = "windows";
    /** Groups of fewer outputs make no product. */
    private static final int LEAST_OUTPUTS = 3;

    private static boolean isOfFew(Sizes sizes) {
        return sizes.groups() > 1 && sizes.outputs() < LEAST_OUTPUTS;
    }

    void forward(Node node, Conv2d op) {
        Shape out = c.shape(node.output(0));
        Sizes sizes = Sizes.of(op.window(), op.groups(), c.shape(node.input(0)), c.shape(node.input(1)), out);
        Slot x = c.read(node.input(0));
        Slot w = c.read(node.input(1));
        @Nullable Slot bias = c.readOptional(node, 2);
        Slot y = c.make(node.output(0));
        Slot own = c.constant(sizes.toArray());
        if (isOfFew(sizes)) {
            c.launches().each(FEW, "convolve_few", out.elements(), x, w, bias, y, own);
            return;
        }
        int pixels = Math.multiplyExact(sizes.rows(), sizes.outArea());
        Tile tile = Tile.of(sizes.outputs(), pixels);
        c.launches()
                .add(
                        FILE,
                        "convolve" + tile.suffix(),
                        tile.grid(sizes.outputs(), pixels, sizes.groups()),
                        x,
                        w,
                        bias,
                        y,
                        own);
    }

    void imageGradient(Node node, Conv2d.InputGradient op) {
        Sizes sizes = Sizes.of(op.window(), op.groups(), op.images(), c.shape(node.input(1)), c.shape(node.input(0)));
        Slot dy = c.read(node.input(0));
        Slot w = c.read(node.input(1));
        Slot dx = c.make(node.output(0));
        Slot own = c.constant(sizes.toArray());
        if (isOfFew(sizes)) {
            c.launches().each(FEW, "convolve_few_images", op.images().elements(), dy, w, dx, own);
            return;
        }
        int pixels = Math.multiplyExact(sizes.rows(), sizes.area());
        Tile tile = Tile.of(sizes.channels(), pixels);
        c.launches()
                .add(
                        FILE,
                        "convolve_images" + tile.suffix(),
                        tile.grid(sizes.channels(), pixels, sizes.groups()),
                        dy,
                        w,
                        dx,
                        own);
    }

    void weightGradient(Node node, Conv2d.WeightGradient op) {
        Sizes sizes = Sizes.of(op.window(), op.groups(), c.shape(node.input(0)), op.weights(), c.shape(node.input(1)));
        Slot x = c.read(node.input(0));
        Slot dy = c.read(node.input(1));
        Slot dw = c.make(node.output(0));
        Slot own = c.constant(sizes.toArray());
        if (isOfFew(sizes)) {
            long pixels = (long) sizes.rows() * sizes.outArea();
            c.launches().sums(FEW, "convolve_few_weights", op.weights().elements(), pixels, x, dy, dw, own);
        } else {
            product(op, sizes, x, dy, dw, own);
        }
        if (op.hasBias()) {
            new BiasGradients(c).sum(node.input(1), c.make(node.output(1)));
        }
    }

    private void product(Conv2d.WeightGradient op, Sizes sizes, Slot x, Slot dy, Slot dw, Slot own) {
        int pixels = Math.multiplyExact(sizes.rows(), sizes.outArea());
        Pieces pieces = Pieces.of(pixels, op.weights().elements(), Products.MOST_BATCHES / sizes.groups());
        Slot target = pieces.target(c, dw);
        Tile tile = Tile.of(sizes.outputs(), sizes.weights());
        c.launches()
                .add(
                        FILE,
                        "convolve_weights" + tile.suffix(),
                        tile.grid(sizes.outputs(), sizes.weights(), Math.multiplyExact(sizes.groups(), pieces.count())),
                        x,
                        dy,
                        target,
                        own,
                        pieces.count(),
                        pieces.length());
        pieces.add(c, target, dw);
    }
}
