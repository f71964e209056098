package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.ProductCall;
import org.sparkmlext.kernels.cuda.graph.Gather.Tile;
import org.sparkmlext.kernels.cuda.graph.PackedWeights.Form;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * Compiles convolutions of pixels, and dense layers that are large enough, for tensor cores: {@code convolutions.cu}, and {@code
 * convolutions_float32.cu}, which splits numbers and keeps float32's accuracy ({@code tf32.cuh}). Weights are brought in every run into copies
 * that lie as the kernels read them, in bfloat16 rounded and in one launch; gradients of weights are float32. Libraries
 * may compute some ({@link LibraryProducts}). What is not taken here, by the rule of {@link Gather#isPossible} and below compute capability 8.0, goes the way of {@link Convolutions} and {@link Products}.
 */
final class TensorProducts {

    /** Multiplications from which on a product is worth the conversions. */
    static final long LEAST_PRODUCTS = 1L << 24;

    private final Compilation c;
    private final PixelProducts products;
    private final LibraryProducts libraries;
    private final PackedWeights packed;
    /** The same in float32, each made where it is first read. */
    private final Map<Form, Slot> made = new HashMap<>();
    /** Products of nodes by libraries, those that none takes too. */
    private final Map<Node, Optional<ProductCall>> calls = new HashMap<>();
    /** Plain values as rows, brought once. */
    private final Map<Value, Slot> rows = new HashMap<>();

    TensorProducts(Compilation c) {
        this.c = c;
        products = new PixelProducts(c);
        libraries = new LibraryProducts(c);
        packed = new PackedWeights(c);
    }

    /** Adds the launch that rounds all weights that these products read, in bfloat16. */
    void packWeights() {
        if (!c.isBfloat16()) {
            return;
        }
        packed.compile(c.graph().nodes().stream()
                .filter(node -> !c.readers().isUnused(node) && isPossible(node))
                .flatMap(node -> form(node).stream())
                .toList());
    }

    /** Compiles a node, if tensor cores compute it. */
    boolean compile(Node node) {
        if (!isPossible(node)) {
            return false;
        }
        Op op = node.op();
        if (op instanceof Conv2d) {
            convolve(node);
        } else if (op instanceof Conv2d.InputGradient) {
            gradientOfImages(node);
        } else if (op instanceof Conv2d.WeightGradient o) {
            gradientOfWeights(node, o);
        } else if (op instanceof Dense) {
            dense(node);
        } else if (op instanceof Dense.InputGradient) {
            gradientOfRows(node);
        } else {
            gradientOfDenseWeights(node);
        }
        return true;
    }

    private boolean isPossible(Node node) {
        Op op = node.op();
        if (!c.hasTensorCores()) {
            return false;
        }
        if (op instanceof Conv2d o) {
            return canPack(node.input(1)) && Gather.isPossible(o.window(), o.groups(), false);
        } else if (op instanceof Conv2d.InputGradient o) {
            return canPack(node.input(1)) && Gather.isPossible(o.window(), o.groups(), true);
        } else if (op instanceof Conv2d.WeightGradient o) {
            return Gather.isPossible(o.window(), o.groups(), false);
        }
        return isLargeDense(c.graph(), node) && (op instanceof Dense.WeightGradient || canPack(node.input(1)));
    }

    private boolean canPack(Value weights) {
        return !c.isBfloat16() || packed.isPossible(weights);
    }

    /** Whether a node is a dense layer, or a gradient of one, that is large enough for tensor cores. */
    static boolean isLargeDense(Graph graph, Node node) {
        Value weights;
        if (node.op() instanceof Dense || node.op() instanceof Dense.InputGradient) {
            weights = node.input(1);
        } else if (node.op() instanceof Dense.WeightGradient) {
            weights = node.output(0);
        } else {
            return false;
        }
        return (long) graph.type(weights).shape().elements() * graph.rows() >= LEAST_PRODUCTS;
    }

    /** The product of pixels and weights that a node is, if it is one. */
    private Optional<Gather> gather(Node node) {
        Op op = node.op();
        if (op instanceof Conv2d o) {
            return Optional.of(
                    new Gather(c.pixelShape(node.input(0)), c.pixelShape(node.output(0)), o.window(), false));
        } else if (op instanceof Conv2d.InputGradient o) {
            return Optional.of(new Gather(c.pixelShape(node.input(0)), c.pixelShape(node.output(0)), o.window(), true));
        } else if (op instanceof Dense) {
            PixelShape wide = rowsOf(node.input(0));
            int units = c.shape(node.input(1)).size(0);
            return Optional.of(Gather.ofRows(wide.rows(), wide.features(), units, false));
        } else if (op instanceof Dense.InputGradient) {
            PixelShape wide = rowsOf(node.output(0));
            int units = c.shape(node.input(1)).size(0);
            return Optional.of(Gather.ofRows(wide.rows(), wide.features(), units, true));
        }
        return Optional.empty();
    }

    /** How a library computes a node that is a product of pixels and weights, if one does. */
    private Optional<ProductCall> call(Node node) {
        boolean hasBias = (node.op() instanceof Conv2d || node.op() instanceof Dense)
                && node.inputs().size() > 2;
        return calls.computeIfAbsent(
                node, one -> hasBias ? Optional.empty() : gather(one).flatMap(libraries::gather));
    }

    /** The form of the weights that a product reads, if it reads any. */
    private Optional<Form> form(Node node) {
        Op op = node.op();
        if (op instanceof Conv2d || op instanceof Conv2d.InputGradient) {
            Shape weights = c.shape(node.input(1));
            int taps = weights.size(2) * weights.size(3);
            // Libraries take windows as [output][tap][channel] in either direction.
            boolean isForLibrary = call(node).isPresent()
                    && !LibraryProducts.isPlain(gather(node).orElseThrow());
            return Optional.of(
                    isForLibrary
                            ? new Form(node.input(1), false, taps, true)
                            : new Form(node.input(1), op instanceof Conv2d.InputGradient, taps, false));
        } else if (op instanceof Dense) {
            return Optional.of(
                    new Form(node.input(1), false, rowsOf(node.input(0)).area(), true));
        } else if (op instanceof Dense.InputGradient) {
            return Optional.of(
                    new Form(node.input(1), true, rowsOf(node.output(0)).area(), true));
        }
        return Optional.empty();
    }

    /** Where the weights that a product reads lie as it reads them. */
    private Slot weightsOf(Node node) {
        Form form = form(node).orElseThrow();
        if (c.isBfloat16()) {
            return packed.of(form);
        }
        Slot known = made.get(form);
        if (known != null) {
            return known;
        }
        Shape shape = c.shape(form.weights());
        int outputs = shape.size(0);
        int channels = shape.elements() / outputs / form.taps();
        Slot own = products.pack(c.read(form.weights()), outputs, channels, form.taps(), form.isTurned());
        made.put(form, own);
        return own;
    }

    /** Adds the launch of a product of pixels and weights, whoever computes it. */
    private void multiply(
            Node node, Gather gather, Slot source, @Nullable Slot bias, Slot result, @Nullable Slot statistics) {
        Slot weights = weightsOf(node);
        call(node)
                .ifPresentOrElse(
                        call -> libraries.run(call, source, weights, result),
                        () -> products.gather(gather, source, weights, bias, result, statistics));
    }

    private void convolve(Node node) {
        Value y = node.output(0);
        Gather gather = gather(node).orElseThrow();
        Slot source = c.readPixels(node.input(0));
        @Nullable Slot bias = c.readOptional(node, 2);
        @Nullable Slot statistics = null;
        if (c.wantsStatistics(y) && call(node).isEmpty()) {
            Tile tile = products.tile(gather);
            int count = (gather.result().pixels() + tile.rows() - 1) / tile.rows();
            statistics = c.scratch(PartialStatistics.bytes(gather.result(), count));
            c.giveStatistics(y, new PartialStatistics(statistics, count, tile.rows()));
        }
        multiply(node, gather, source, bias, c.makePixels(y), statistics);
    }

    private void gradientOfImages(Node node) {
        Slot source = c.readPixels(node.input(0));
        multiply(node, gather(node).orElseThrow(), source, null, c.makePixels(node.output(0)), null);
    }

    private void gradientOfWeights(Node node, Conv2d.WeightGradient op) {
        Value dy = node.input(1);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(dy), op.window(), false);
        products.weights(
                gather,
                c.readPixels(node.input(0)),
                c.readPixels(dy),
                c.make(node.output(0)),
                gather.source().channels(),
                gather.taps());
        if (op.hasBias()) {
            new BiasGradients(c).sum(dy, c.make(node.output(1)));
        }
    }

    private void dense(Node node) {
        Slot source = readRows(node.input(0), rowsOf(node.input(0)));
        makeRows(node, source, c.readOptional(node, 2));
    }

    private void gradientOfRows(Node node) {
        Slot source = readRows(node.input(0), rowsOf(node.input(0)));
        makeRows(node, source, null);
    }

    private void makeRows(Node node, Slot source, @Nullable Slot bias) {
        Value y = node.output(0);
        Gather gather = gather(node).orElseThrow();
        if (liesAsRows(y)) {
            multiply(node, gather, source, bias, c.makePixels(y), null);
        } else {
            Slot own = c.scratch(gather.result().bytes(c.pixelNumber()));
            multiply(node, gather, source, bias, own, null);
            c.fromPixels(own, c.make(y), gather.result());
        }
    }

    private void gradientOfDenseWeights(Node node) {
        PixelShape wide = rowsOf(node.input(0));
        Value dy = node.input(1);
        int units = c.shape(dy).size(1);
        Gather gather = Gather.ofRows(wide.rows(), wide.features(), units, false);
        Slot x = readRows(node.input(0), wide);
        products.weights(gather, x, readRows(dy, rowsOf(dy)), c.make(node.output(0)), wide.channels(), wide.area());
        if (node.types().size() > 1) {
            new BiasGradients(c).sum(dy, c.make(node.output(1)));
        }
    }

    /** Whether a value lies as pixels whose images are rows of features, in whose order weights can be had ({@link PackedWeights}). */
    private boolean liesAsRows(Value value) {
        return c.isBfloat16() && c.hasPixels(value) && c.pixelShape(value).isOfRows();
    }

    /** The images that a value's rows are, as they are read and made here. */
    private PixelShape rowsOf(Value value) {
        return liesAsRows(value)
                ? c.pixelShape(value)
                : new PixelShape(c.graph().rows(), c.shape(value).elementsPerRow(), 1, 1);
    }

    private Slot readRows(Value value, PixelShape shape) {
        if (liesAsRows(value)) {
            return c.readPixels(value);
        }
        Slot known = rows.get(value);
        if (known != null) {
            return known;
        }
        Slot own = c.scratch(shape.bytes(c.pixelNumber()));
        c.toPixels(c.read(value), own, shape);
        rows.put(value, own);
        return own;
    }
}
