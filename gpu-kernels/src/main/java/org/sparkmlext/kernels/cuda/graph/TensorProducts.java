package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.graph.Gather.Tile;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
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
    private final Map<Value, Slot> packed = new HashMap<>();
    private final Map<Value, Slot> turned = new HashMap<>();
    private final Map<Value, Slot> rows = new HashMap<>();

    TensorProducts(Compilation c) {
        this.c = c;
    }

    /** Compiles a node, if tensor cores compute it. */
    boolean compile(Node node) {
        Op op = node.op();
        if (!c.isBfloat16()) {
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
        Tile tile = tile(gather);
        Slot source = c.readPixels(node.input(0));
        Slot weights = pack(node.input(1), false);
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
        Slot weights = pack(node.input(1), true);
        launch(gather, tile(gather), source, weights, null, c.makePixels(node.output(0)), null);
    }

    private void gradientOfWeights(Node node, Conv2d.WeightGradient op) {
        Value dy = node.input(1);
        Gather gather = new Gather(c.pixelShape(node.input(0)), c.pixelShape(dy), op.window(), false);
        weights(gather, c.readPixels(node.input(0)), c.readPixels(dy), c.make(node.output(0)));
        if (op.hasBias()) {
            new BiasGradients(c).sum(dy, c.make(node.output(1)));
        }
    }

    private void dense(Node node) {
        Shape weights = c.shape(node.input(1));
        Gather gather = Gather.ofRows(c.graph().rows(), weights.size(1), weights.size(0), false);
        Slot source = rows(node.input(0), gather.source());
        Slot y = c.scratch(gather.result().bytes());
        launch(gather, tile(gather), source, pack(node.input(1), false), c.readOptional(node, 2), y, null);
        c.fromPixels(y, c.make(node.output(0)), gather.result());
    }

    private void gradientOfRows(Node node) {
        Shape weights = c.shape(node.input(1));
        Gather gather = Gather.ofRows(c.graph().rows(), weights.size(1), weights.size(0), true);
        Slot source = rows(node.input(0), gather.source());
        Slot dx = c.scratch(gather.result().bytes());
        launch(gather, tile(gather), source, pack(node.input(1), true), null, dx, null);
        c.fromPixels(dx, c.make(node.output(0)), gather.result());
    }

    private void gradientOfDenseWeights(Node node) {
        Shape weights = c.shape(node.output(0));
        int count = c.graph().rows();
        Gather gather = Gather.ofRows(count, weights.size(1), weights.size(0), false);
        Value dy = node.input(1);
        weights(gather, rows(node.input(0), gather.source()), rows(dy, gather.result()), c.make(node.output(0)));
        if (node.types().size() > 1) {
            new Norms(c).sumChannels(c.read(dy), c.make(node.output(1)), count, weights.size(0), 1);
        }
    }

    /** Rows in bfloat16, rounded once. */
    private Slot rows(Value value, PixelShape shape) {
        Slot known = rows.get(value);
        if (known != null) {
            return known;
        }
        Slot made = c.scratch(shape.bytes());
        c.toPixels(c.read(value), made, shape);
        rows.put(value, made);
        return made;
    }

    /** Weights in bfloat16; turned ones for the gradient of images. */
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
        int count = Math.multiplyExact(taps, Math.multiplyExact(padded(outputs), padded(channels)));
        Slot made = c.scratch((long) count * Short.BYTES);
        c.launches()
                .each(FILE, "pack_weights", count, c.read(weights), made, outputs, channels, taps, isTurned ? 1 : 0);
        known.put(weights, made);
        return made;
    }

    private static int padded(int channels) {
        return new PixelShape(1, channels, 1, 1).padded();
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

    /** Gradient of weights in plain order, pieces of the pixels side by side, then added up. */
    private void weights(Gather gather, Slot source, Slot dy, Slot dw) {
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
                        gather.source().channels(),
                        gather.taps());
    }
}
