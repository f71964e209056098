package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.graph.Gather.Tile;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * Compiles convolutions of pixels, and dense layers that are large enough, for tensor cores: {@code convolutions.cu}, and {@code
 * convolutions_float32.cu}, which splits numbers and keeps float32's accuracy ({@code tf32.cuh}). Weights are brought in every run into copies
 * that lie as the kernels read them, in bfloat16 rounded; gradients of weights are float32. What is not taken here, by the rule of {@link
 * Gather#isPossible} and below compute capability 8.0, goes the way of {@link Convolutions} and {@link Products}.
 */
final class TensorProducts {

    /** Multiplications from which on a product is worth the conversions. */
    static final long LEAST_PRODUCTS = 1L << 24;

    private final Compilation c;
    private final PixelProducts products;
    private final Map<Value, Slot> packed = new HashMap<>();
    private final Map<Value, Slot> turned = new HashMap<>();
    private final Map<Value, Slot> rows = new HashMap<>();

    TensorProducts(Compilation c) {
        this.c = c;
        products = new PixelProducts(c);
    }

    /** Compiles a node, if tensor cores compute it. */
    boolean compile(Node node) {
        Op op = node.op();
        if (!c.hasTensorCores()) {
            return false;
        }
        if (op instanceof Conv2d o && Gather.isPossible(o.window(), o.groups(), false)) {
            convolve(node, o);
        } else if (op instanceof Conv2d.InputGradient o && Gather.isPossible(o.window(), o.groups(), true)) {
            gradientOfImages(node, o);
        } else if (op instanceof Conv2d.WeightGradient o && Gather.isPossible(o.window(), o.groups(), false)) {
            gradientOfWeights(node, o);
        } else if (op instanceof Dense && isLarge(c.shape(node.input(1)))) {
            dense(node);
        } else if (op instanceof Dense.InputGradient && isLarge(c.shape(node.input(1)))) {
            gradientOfRows(node);
        } else if (op instanceof Dense.WeightGradient && isLarge(c.shape(node.output(0)))) {
            gradientOfDenseWeights(node);
        } else {
            return false;
        }
        return true;
    }

    private boolean isLarge(Shape weights) {
        return (long) weights.elements() * c.graph().rows() >= LEAST_PRODUCTS;
    }

    private void convolve(Node node, Conv2d op) {
        Value y = node.output(0);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(y), op.window(), false);
        Slot source = c.readPixels(node.input(0));
        Slot weights = pack(node.input(1), false);
        @Nullable Slot bias = c.readOptional(node, 2);
        @Nullable Slot statistics = null;
        if (c.wantsStatistics(y)) {
            Tile tile = products.tile(gather);
            int count = (gather.result().pixels() + tile.rows() - 1) / tile.rows();
            statistics = c.scratch(PartialStatistics.bytes(gather.result(), count));
            c.giveStatistics(y, new PartialStatistics(statistics, count, tile.rows()));
        }
        products.gather(gather, source, weights, bias, c.makePixels(y), statistics);
    }

    private void gradientOfImages(Node node, Conv2d.InputGradient op) {
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(node.output(0)), op.window(), true);
        Slot source = c.readPixels(node.input(0));
        Slot weights = pack(node.input(1), true);
        products.gather(gather, source, weights, null, c.makePixels(node.output(0)), null);
    }

    private void gradientOfWeights(Node node, Conv2d.WeightGradient op) {
        Value dy = node.input(1);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(dy), op.window(), false);
        products.weights(gather, c.readPixels(node.input(0)), c.readPixels(dy), c.make(node.output(0)));
        if (op.hasBias()) {
            new BiasGradients(c).sum(dy, c.make(node.output(1)));
        }
    }

    private void dense(Node node) {
        Shape weights = c.shape(node.input(1));
        Gather gather = Gather.ofRows(c.graph().rows(), weights.size(1), weights.size(0), false);
        Slot source = rows(node.input(0), gather.source());
        Slot y = c.scratch(gather.result().bytes(c.pixelNumber()));
        products.gather(gather, source, pack(node.input(1), false), c.readOptional(node, 2), y, null);
        c.fromPixels(y, c.make(node.output(0)), gather.result());
    }

    private void gradientOfRows(Node node) {
        Shape weights = c.shape(node.input(1));
        Gather gather = Gather.ofRows(c.graph().rows(), weights.size(1), weights.size(0), true);
        Slot source = rows(node.input(0), gather.source());
        Slot dx = c.scratch(gather.result().bytes(c.pixelNumber()));
        products.gather(gather, source, pack(node.input(1), true), null, dx, null);
        c.fromPixels(dx, c.make(node.output(0)), gather.result());
    }

    private void gradientOfDenseWeights(Node node) {
        Shape weights = c.shape(node.output(0));
        int count = c.graph().rows();
        Gather gather = Gather.ofRows(count, weights.size(1), weights.size(0), false);
        Value dy = node.input(1);
        products.weights(gather, rows(node.input(0), gather.source()), rows(dy, gather.result()), c.make(node.output(0)));
        if (node.types().size() > 1) {
            new Norms(c).sumChannels(c.read(dy), c.make(node.output(1)), count, weights.size(0), 1);
        }
    }

    /** Rows as pixels, brought once. */
    private Slot rows(Value value, PixelShape shape) {
        Slot known = rows.get(value);
        if (known != null) {
            return known;
        }
        Slot made = c.scratch(shape.bytes(c.pixelNumber()));
        c.toPixels(c.read(value), made, shape);
        rows.put(value, made);
        return made;
    }

    /** Weights as the kernels read them; turned ones for the gradient of images. */
    private Slot pack(Value weights, boolean isTurned) {
        Map<Value, Slot> known = isTurned ? turned : packed;
        Slot before = known.get(weights);
        if (before != null) {
            return before;
        }
        Shape shape = c.shape(weights);
        int outputs = shape.size(0);
        int channels = shape.size(1);
        int taps = shape.elements() / (outputs * channels);
        Slot made = products.pack(c.read(weights), outputs, channels, taps, isTurned);
        known.put(weights, made);
        return made;
    }
}
