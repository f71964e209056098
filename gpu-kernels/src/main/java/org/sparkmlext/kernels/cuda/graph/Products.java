package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/**
 * Compiles dense layers and products of matrices: {@code products.cu}, large ones in bfloat16 {@code products_bfloat16.cu}, large ones of rows
 * in float32 by {@link RowProducts}.
 */
record Products(Compilation c) {

    private static final String FILE = "products";
    private static final String BFLOAT16_FILE = "products_bfloat16";
    /** Most blocks along z of a grid. */
    static final int MOST_BATCHES = 65535;

    /**
     * The tile of a product.
     *
     * @param size numbers of the result along either axis
     */
    record Tile(String suffix, int size, int threads) {

        private static final Tile HUGE = new Tile("_huge", 128, 256);
        private static final Tile LARGE = new Tile("_large", 64, 256);
        private static final Tile SMALL = new Tile("_small", 16, 64);
        private static final Tile BFLOAT16_HUGE = new Tile("_bfloat16_huge", 128, 256);
        private static final Tile BFLOAT16_LARGE = new Tile("_bfloat16_large", 64, 128);
        /** Results of fewer rows or columns would leave much of a large tile empty. */
        private static final int LEAST_LARGE = 48;
        /** Fewer huge tiles would leave multiprocessors without one; tensor cores are so fast that some would wait for the others. */
        private static final int LEAST_HUGE_TILES = 100;

        private static final int LEAST_HUGE_TILES_OF_BFLOAT16 = 200;

        /** Of a convolution. */
        static Tile of(int rows, int columns) {
            return isLarge(rows, columns) ? LARGE : SMALL;
        }

        /** Of plain products; in float32 the sums are the same in any tile. */
        static Tile of(int rows, int columns, int batches, boolean isBfloat16) {
            boolean isHuge = rows >= HUGE.size
                    && columns >= HUGE.size
                    && HUGE.tiles(rows, columns) * batches
                            >= (isBfloat16 ? LEAST_HUGE_TILES_OF_BFLOAT16 : LEAST_HUGE_TILES);
            if (isBfloat16 && isLarge(rows, columns)) {
                return isHuge ? BFLOAT16_HUGE : BFLOAT16_LARGE;
            }
            return isHuge ? HUGE : of(rows, columns);
        }

        private static boolean isLarge(int rows, int columns) {
            return rows >= LEAST_LARGE && columns >= LEAST_LARGE;
        }

        /** Where the kernel for plain products of such tiles is. */
        String file() {
            return this == BFLOAT16_HUGE || this == BFLOAT16_LARGE ? BFLOAT16_FILE : FILE;
        }

        Grid grid(int rows, int columns, int batches) {
            if (batches > MOST_BATCHES) {
                throw new IllegalArgumentException(
                        batches + " products at once; at most " + MOST_BATCHES + " are possible");
            }
            return new Grid(Math.toIntExact(tiles(rows, columns)), 1, batches, threads);
        }

        private long tiles(int rows, int columns) {
            return ((long) rows + size - 1) / size * (((long) columns + size - 1) / size);
        }
    }

    /**
     * A matrix on the device: element (i, j) of matrix z of a batch lies at {@code z * batch + i * row + j * column}.
     */
    record Matrix(Slot slot, long row, long column, long batch) {

        /** Row after row. */
        static Matrix of(Slot slot, int columns) {
            return new Matrix(slot, columns, 1, 0);
        }

        Matrix transposed() {
            return new Matrix(slot, column, row, batch);
        }

        /** Whether it is one matrix of so many columns that lies so. */
        boolean isRowAfterRow(int columns) {
            return row == columns && column == 1 && batch == 0;
        }

        /** Where a matrix of the batch lies. */
        Slot from(int matrix) {
            return matrix == 0 ? slot : slot.from(matrix * batch * Float.BYTES);
        }

        Matrix ofBatch(long each) {
            return new Matrix(slot, row, column, each);
        }
    }

    /**
     * {@code y = factor * a b + bias}, the bias one a column; or added to what is there.
     *
     * @param y row after row
     */
    void multiply(
            Matrix a,
            Matrix b,
            @Nullable Slot bias,
            Matrix y,
            int rows,
            int columns,
            int inner,
            int batches,
            float factor,
            boolean isAdded) {
        add(a, b, bias, y, rows, columns, inner, inner, batches, factor, isAdded);
    }

    private void add(
            Matrix a,
            Matrix b,
            @Nullable Slot bias,
            Matrix y,
            int rows,
            int columns,
            int inner,
            int lastInner,
            int batches,
            float factor,
            boolean isAdded) {
        Tile tile = Tile.of(rows, columns, batches, c.isBfloat16());
        for (int first = 0; first < batches; first += MOST_BATCHES) {
            int count = Math.min(MOST_BATCHES, batches - first);
            // All but the last matrix of the last launch are whole.
            int last = first + count == batches ? lastInner : inner;
            c.launches()
                    .add(
                            tile.file(),
                            "matrices" + tile.suffix(),
                            tile.grid(rows, columns, count),
                            a.from(first),
                            b.from(first),
                            bias,
                            y.from(first),
                            rows,
                            columns,
                            inner,
                            last,
                            a.row(),
                            a.column(),
                            b.row(),
                            b.column(),
                            y.row(),
                            a.batch(),
                            b.batch(),
                            y.batch(),
                            factor,
                            isAdded ? 1 : 0);
        }
    }

    /** {@code y = a b + bias}. */
    void multiply(Matrix a, Matrix b, @Nullable Slot bias, Matrix y, int rows, int columns, int inner) {
        if (!new RowProducts(c).multiply(a, b, bias, y, rows, columns, inner)) {
            multiply(a, b, bias, y, rows, columns, inner, 1, 1, false);
        }
    }

    /**
     * Gradient of weights: {@code dw = dy^T x}, a sum over the rows of a batch or all its steps, in pieces.
     *
     * @param dy count x units
     * @param x count x width
     */
    void sumOfProducts(Slot dy, Slot x, Slot dw, int units, int width, int count) {
        if (new RowProducts(c).sum(dy, x, dw, units, width, count)) {
            return;
        }
        Pieces pieces = Pieces.of(count, Math.multiplyExact(units, width));
        Slot target = pieces.target(c, dw);
        add(
                Matrix.of(dy, units).transposed().ofBatch((long) pieces.length() * units),
                Matrix.of(x, width).ofBatch((long) pieces.length() * width),
                null,
                Matrix.of(target, width).ofBatch(pieces.results()),
                units,
                width,
                pieces.length(),
                pieces.lastLength(),
                pieces.count(),
                1,
                false);
        pieces.add(c, target, dw);
    }

    void dense(Node node) {
        Shape weights = c.shape(node.input(1));
        int units = weights.size(0);
        int width = weights.size(1);
        multiply(
                Matrix.of(c.read(node.input(0)), width),
                Matrix.of(c.read(node.input(1)), width).transposed(),
                c.readOptional(node, 2),
                Matrix.of(c.make(node.output(0)), units),
                c.graph().rows(),
                units,
                width);
    }

    void rowGradient(Node node) {
        Shape weights = c.shape(node.input(1));
        int units = weights.size(0);
        int width = weights.size(1);
        multiply(
                Matrix.of(c.read(node.input(0)), units),
                Matrix.of(c.read(node.input(1)), width),
                null,
                Matrix.of(c.make(node.output(0)), width),
                c.graph().rows(),
                width,
                units);
    }

    void weightGradient(Node node) {
        int units = c.shape(node.input(1)).size(1);
        int width = c.shape(node.input(0)).elementsPerRow();
        int rows = c.graph().rows();
        Slot dy = c.read(node.input(1));
        sumOfProducts(dy, c.read(node.input(0)), c.make(node.output(0)), units, width, rows);
        if (node.types().size() > 1) {
            new BiasGradients(c).sum(node.input(1), c.make(node.output(1)));
        }
    }

    void matMul(Node node, MatMul op) {
        Shape first = c.shape(node.input(0));
        Shape y = c.shape(node.output(0));
        Matrix a = batch(node, 0, op.isFirstTransposed());
        Matrix b = batch(node, 1, op.isSecondTransposed());
        multiply(
                a,
                b,
                null,
                Matrix.of(c.make(node.output(0)), y.size(2)).ofBatch(y.elementsPerRow()),
                y.size(1),
                y.size(2),
                first.size(op.isFirstTransposed() ? 1 : 2),
                y.size(0),
                op.factor(),
                false);
    }

    private Matrix batch(Node node, int input, boolean isTransposed) {
        Shape shape = c.shape(node.input(input));
        Matrix plain = Matrix.of(c.read(node.input(input)), shape.size(2)).ofBatch(shape.elementsPerRow());
        return isTransposed ? plain.transposed() : plain;
    }
}
