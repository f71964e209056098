package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
 * Compiles convolutions of pixels, and dense layers that are large enough, for tensor cores: {@code convolutions.cu}. Weights are rounded to
 * bfloat16 in every run, into copies that lie as the kernels read them; gradients of weights are float32.
 */
final class TensorProducts {

    private static final String FILE = "convolutions";

    static final Tile FEW_CHANNELS = new Tile(256, 64, 256, 32, 4);
    static final Tile FEW_OUTPUTS = new Tile(128, 64, 128, 64, 3);
    static final Tile MANY_OUTPUTS = new Tile(128, 128, 128, 64, 3);
    static final Tile FEW_PIXELS = new Tile(64, 64, 128, 64, 4);

    static final Tile WEIGHTS_OF_FEW_COLUMNS = new Tile(64, 128, 128, 64, 3);
    static final Tile WEIGHTS_OF_FEW_OUTPUTS = new Tile(64, 192, 192, 48, 3);
    static final Tile WEIGHTS_OF_MANY = new Tile(128, 128, 256, 64, 3);

    private static final int SMALL = 64;
    /** Blocks of fewer results are better made smaller: they would leave most of a large GPU idle. */
    private static final int LEAST_BLOCKS = 100;
    /** Pieces of weights' gradients: as many blocks as a GPU of 132 multiprocessors runs at once; fixed, as the sums' order follows from it. */
    private static final int MOST_BLOCKS = 264;

    private static final int LEAST_PIECE = 256;
    private static final long MOST_SCRATCH = 1L << 26;
    /** Multiplications from which on a dense layer is worth the conversions. */
    private static final long LEAST_PRODUCTS = 1L << 24;

    private final Compilation c;
    private final PackedWeights packed;
    /** Plain values as rows, rounded once. */
    private final Map<Value, Slot> rows = new HashMap<>();

    TensorProducts(Compilation c) {
        this.c = c;
        packed = new PackedWeights(c);
    }

    /** Adds the launch that rounds all weights that these products read. */
    void packWeights() {
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
        if (op instanceof Conv2d o) {
            convolve(node, o);
        } else if (op instanceof Conv2d.InputGradient o) {
            gradientOfImages(node, o);
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
        if (!c.isBfloat16()) {
            return false;
        }
        if (op instanceof Conv2d o) {
            return packed.isPossible(node.input(1)) && Gather.isPossible(o.window(), o.groups(), false);
        } else if (op instanceof Conv2d.InputGradient o) {
            return packed.isPossible(node.input(1)) && Gather.isPossible(o.window(), o.groups(), true);
        } else if (op instanceof Conv2d.WeightGradient o) {
            return Gather.isPossible(o.window(), o.groups(), false);
        }
        return isLargeDense(c.graph(), node)
                && (op instanceof Dense.WeightGradient || packed.isPossible(node.input(1)));
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

    /** The form of the weights that a product reads, if it reads any. */
    private Optional<Form> form(Node node) {
        Op op = node.op();
        if (op instanceof Conv2d || op instanceof Conv2d.InputGradient) {
            Shape weights = c.shape(node.input(1));
            int taps = weights.size(2) * weights.size(3);
            return Optional.of(new Form(node.input(1), op instanceof Conv2d.InputGradient, taps, false));
        } else if (op instanceof Dense) {
            return Optional.of(
                    new Form(node.input(1), false, rowsOf(node.input(0)).area(), true));
        } else if (op instanceof Dense.InputGradient) {
            return Optional.of(
                    new Form(node.input(1), true, rowsOf(node.output(0)).area(), true));
        }
        return Optional.empty();
    }

    /** Where the weights that a product reads lie in bfloat16. */
    private Slot weightsOf(Node node) {
        return packed.of(form(node).orElseThrow());
    }

    private void convolve(Node node, Conv2d op) {
        Value y = node.output(0);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(y), op.window(), false);
        Tile tile = tile(gather);
        Slot source = c.readPixels(node.input(0));
        Slot weights = weightsOf(node);
        @Nullable Slot bias = c.readOptional(node, 2);
        @Nullable Slot statistics = null;
        if (c.wantsStatistics(y)) {
            int count = (gather.result().pixels() + tile.rows() - 1) / tile.rows();
            statistics = c.scratch(PartialStatistics.bytes(gather.result(), count));
            c.giveStatistics(y, new PartialStatistics(statistics, count, tile.rows()));
        }
        launch(gather, tile, source, weights, bias, c.makePixels(y), statistics);
    }

    private void gradientOfImages(Node node, Conv2d.InputGradient op) {
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(node.output(0)), op.window(), true);
        Slot source = c.readPixels(node.input(0));
        Slot weights = weightsOf(node);
        launch(gather, tile(gather), source, weights, null, c.makePixels(node.output(0)), null);
    }

    private void gradientOfWeights(Node node, Conv2d.WeightGradient op) {
        Value dy = node.input(1);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(dy), op.window(), false);
        weights(
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
        PixelShape wide = rowsOf(node.input(0));
        int units = c.shape(node.input(1)).size(0);
        Gather gather = Gather.ofRows(wide.rows(), wide.features(), units, false);
        Slot source = readRows(node.input(0), wide);
        makeRows(node, gather, source, c.readOptional(node, 2));
    }

    private void gradientOfRows(Node node) {
        PixelShape wide = rowsOf(node.output(0));
        int units = c.shape(node.input(1)).size(0);
        Gather gather = Gather.ofRows(wide.rows(), wide.features(), units, true);
        Slot source = readRows(node.input(0), rowsOf(node.input(0)));
        makeRows(node, gather, source, null);
    }

    private void makeRows(Node node, Gather gather, Slot source, @Nullable Slot bias) {
        Value y = node.output(0);
        if (liesAsRows(y)) {
            launch(gather, tile(gather), source, weightsOf(node), bias, c.makePixels(y), null);
        } else {
            Slot made = c.scratch(gather.result().bytes());
            launch(gather, tile(gather), source, weightsOf(node), bias, made, null);
            c.fromPixels(made, c.make(y), gather.result());
        }
    }

    private void gradientOfDenseWeights(Node node) {
        PixelShape wide = rowsOf(node.input(0));
        Value dy = node.input(1);
        int units = c.shape(dy).size(1);
        Gather gather = Gather.ofRows(wide.rows(), wide.features(), units, false);
        Slot x = readRows(node.input(0), wide);
        weights(gather, x, readRows(dy, rowsOf(dy)), c.make(node.output(0)), wide.channels(), wide.area());
        if (node.types().size() > 1) {
            new BiasGradients(c).sum(dy, c.make(node.output(1)));
        }
    }

    /** Whether a value lies as pixels whose images are rows of features. */
    private boolean liesAsRows(Value value) {
        return c.hasPixels(value) && c.pixelShape(value).isOfRows();
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
        Slot made = c.scratch(shape.bytes());
        c.toPixels(c.read(value), made, shape);
        rows.put(value, made);
        return made;
    }

    private static Tile tile(Gather gather) {
        int outputs = gather.result().padded();
        int pixels = gather.result().pixels();
        if (gather.source().padded() < SMALL && outputs <= SMALL) {
            return FEW_CHANNELS;
        }
        Tile large = outputs <= SMALL ? FEW_OUTPUTS : MANY_OUTPUTS;
        return large.count(pixels, outputs) < LEAST_BLOCKS ? FEW_PIXELS : large;
    }

    private void launch(
            Gather gather,
            Tile tile,
            Slot source,
            Slot weights,
            @Nullable Slot bias,
            Slot result,
            @Nullable Slot statistics) {
        c.launches()
                .add(
                        FILE,
                        tile.name("gather"),
                        tile.sharedBytes(),
                        tile.grid(gather.result().pixels(), gather.result().padded(), 1),
                        with(gather, source, weights, bias, gather.result().channels(), result, statistics));
    }

    private static @Nullable Object[] with(Gather gather, @Nullable Object... before) {
        return Stream.concat(Arrays.stream(before), Arrays.stream(gather.sizes()))
                .toArray();
    }

    /**
     * Gradient of weights in plain order, pieces of the pixels side by side, then added up.
     *
     * @param channels of the weights
     * @param taps likewise; of a dense layer that reads images as they lie, their pixels
     */
    private void weights(Gather gather, Slot source, Slot dy, Slot dw, int channels, int taps) {
        int outputs = gather.result().padded();
        int columns = gather.inner();
        Tile tile = outputs > SMALL
                ? WEIGHTS_OF_MANY
                : columns > WEIGHTS_OF_FEW_COLUMNS.columns() ? WEIGHTS_OF_FEW_OUTPUTS : WEIGHTS_OF_FEW_COLUMNS;
        int pixels = gather.result().pixels();
        long most = Math.min(MOST_BLOCKS / tile.count(outputs, columns), MOST_SCRATCH / ((long) outputs * columns));
        long wanted = Math.max(1, Math.min(most, pixels / LEAST_PIECE));
        int length = (int) ((pixels + wanted - 1) / wanted);
        length = (length + tile.inner() - 1) / tile.inner() * tile.inner();
        int count = (pixels + length - 1) / length;
        int numbers = Math.multiplyExact(outputs, columns);
        Slot pieces = c.scratch((long) count * numbers * Float.BYTES);
        c.launches()
                .add(
                        FILE,
                        tile.name("gather_weights"),
                        tile.sharedBytes(),
                        tile.grid(outputs, columns, count),
                        with(gather, source, dy, pieces, length));
        c.launches()
                .each(
                        FILE,
                        "add_weight_pieces",
                        Math.multiplyExact(gather.result().channels(), columns),
                        pieces,
                        dw,
                        count,
                        gather.result().channels(),
                        channels,
                        taps);
    }
}
