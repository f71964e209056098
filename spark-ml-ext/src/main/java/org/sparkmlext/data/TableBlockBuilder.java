package org.sparkmlext.data;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Fills {@link TableBlock}s row by row, or run by run of rows. Not thread-safe.
 *
 * <p>A block of plain columns is dense. Vectors may come dense and sparse in any mix: a block is sparse if at most a quarter of
 * its cells differs from what sparse rows leave out, else dense. While it is filled, a block whose first row is sparse, or
 * that follows a block of dense rows which became sparse, holds nothing but such values. Bytes stay bytes.
 */
public final class TableBlockBuilder {

    /** Bytes after which a block is full, so that wide tables make short blocks that any serializer can carry. */
    private static final long MAX_BLOCK_BYTES = 32L << 20;

    private static final int FIRST_CAPACITY = 1024;

    /** What rows are. */
    private enum Rows {
        COLUMNS,
        VECTORS,
        BYTES,
        SEQUENCES
    }

    private final int numFeatures;
    private final Rows kind;
    /** What sparse rows leave out; of bytes the one that is missing. */
    private final float absent;

    private final boolean hasWeights;
    private final int numMargins;
    private final boolean isValidation;
    private final int maxRows;
    private final int maxDenseRows;

    private boolean startsSparse;
    private int firstCapacity = FIRST_CAPACITY;
    private int numRows;
    private @Nullable FeatureRows features;
    private float[] labels = {};
    private float @Nullable [] weights;
    private float @Nullable [][] baseMargins;

    /** For rows of plain columns without base margins. */
    public TableBlockBuilder(int numFeatures, boolean hasWeights, boolean isValidation) {
        this(numFeatures, hasWeights, 0, isValidation);
    }

    /**
     * For rows of plain columns.
     *
     * @param numFeatures columns of the table, at least 1
     * @param hasWeights whether rows carry weights
     * @param numMargins base margins a row, 0 for none
     * @param isValidation kind of the rows
     */
    public TableBlockBuilder(int numFeatures, boolean hasWeights, int numMargins, boolean isValidation) {
        this(numFeatures, Rows.COLUMNS, 0f, hasWeights, numMargins, isValidation);
    }

    /**
     * For rows that are vectors.
     *
     * @param absent what a value stands for that a sparse row leaves out: 0, or NaN where zeros mean missing
     */
    public static TableBlockBuilder ofVectors(
            int numFeatures, float absent, boolean hasWeights, int numMargins, boolean isValidation) {
        return new TableBlockBuilder(numFeatures, Rows.VECTORS, absent, hasWeights, numMargins, isValidation);
    }

    /**
     * For rows of unsigned bytes.
     *
     * @param missing value that is missing; NaN for none
     */
    public static TableBlockBuilder ofBytes(
            int numFeatures, float missing, boolean hasWeights, int numMargins, boolean isValidation) {
        return new TableBlockBuilder(numFeatures, Rows.BYTES, missing, hasWeights, numMargins, isValidation);
    }

    /** For rows that are sequences, of so many features a step and any number of steps. */
    public static TableBlockBuilder ofSequences(
            int numFeatures, boolean hasWeights, int numMargins, boolean isValidation) {
        return new TableBlockBuilder(numFeatures, Rows.SEQUENCES, 0f, hasWeights, numMargins, isValidation);
    }

    private TableBlockBuilder(
            int numFeatures, Rows kind, float absent, boolean hasWeights, int numMargins, boolean isValidation) {
        this.numFeatures = numFeatures;
        this.kind = kind;
        this.absent = absent;
        this.hasWeights = hasWeights;
        this.numMargins = numMargins;
        this.isValidation = isValidation;
        this.maxRows = maxRows(4L * numMargins);
        this.maxDenseRows = maxRows((kind == Rows.BYTES ? 1L : 4L) * numFeatures + 4L * numMargins);
        begin();
    }

    private static int maxRows(long bytesPerRow) {
        long rows = bytesPerRow == 0 ? TableBlock.MAX_ROWS : MAX_BLOCK_BYTES / bytesPerRow;
        return (int) Math.max(1, Math.min(TableBlock.MAX_ROWS, rows));
    }

    public boolean isEmpty() {
        return numRows == 0;
    }

    public boolean isFull() {
        return features != null && features.isFull();
    }

    /**
     * Appends one row; values are copied.
     *
     * @param values one a feature; may be longer
     * @param margins one an output; not looked at where rows have none
     * @throws IllegalStateException if the block is full, or the builder is one {@link #ofBytes} or {@link #ofSequences}
     */
    public void add(float[] values, float label, float weight, float[] margins) {
        rows(startsSparse).add(values);
        addTarget(label, weight, margins);
    }

    /**
     * Appends one row; values are copied.
     *
     * @param indices ascending features that have values
     * @param values their values, among which may be {@code absent}; those of all other features are {@code absent}
     * @param count how many of both there are
     * @param margins one an output; not looked at where rows have none
     * @throws IllegalStateException if the block is full, or the builder is not one {@link #ofVectors}
     */
    public void addSparse(int[] indices, float[] values, int count, float label, float weight, float[] margins) {
        if (kind != Rows.VECTORS) {
            throw new IllegalStateException("a builder of rows of plain columns takes no sparse rows");
        }
        rows(true).addSparse(indices, values, count);
        addTarget(label, weight, margins);
    }

    /**
     * Appends rows {@code [from, to)} of arrays that hold a value a row, as many as fit; values are copied. The block is that which
     * {@link #add} makes of the same rows.
     *
     * @param columns {@code columns[feature][row]}
     * @param weights not looked at where rows have none
     * @param margins {@code margins[output][row]}; not looked at where rows have none
     * @return how many were appended
     * @throws IllegalStateException if the block is full, or the builder is one {@link #ofVectors}
     */
    public int addRows(float[][] columns, float[] labels, float[] weights, float[][] margins, int from, int to) {
        if (kind != Rows.COLUMNS || !(rows(false) instanceof DenseRowBuffer buffer)) {
            throw new IllegalStateException("a builder of vectors takes no rows of columns");
        }
        int count = buffer.addRows(columns, from, to);
        if (numRows + count > this.labels.length) {
            resize(Math.min(maxRows, Math.max(numRows * 2, numRows + count)));
        }
        System.arraycopy(labels, from, this.labels, numRows, count);
        if (this.weights != null) {
            System.arraycopy(weights, from, this.weights, numRows, count);
        }
        if (baseMargins != null) {
            for (int k = 0; k < numMargins; k++) {
                System.arraycopy(margins[k], from, baseMargins[k], numRows, count);
            }
        }
        numRows += count;
        return count;
    }

    /**
     * Appends one row; values are copied.
     *
     * @param values one a feature
     * @param margins one an output; not looked at where rows have none
     * @throws IllegalStateException if the block is full, or the builder is not one {@link #ofBytes}
     */
    public void addBytes(byte[] values, float label, float weight, float[] margins) {
        require(Rows.BYTES, "bytes");
        if (features == null) {
            features = new ByteRowBuffer(numFeatures, absent, firstCapacity, maxDenseRows);
        }
        ((ByteRowBuffer) open(features)).add(values);
        addTarget(label, weight, margins);
    }

    /**
     * Appends one row; values are copied.
     *
     * @param steps step after step, as many values each as there are features; may be longer
     * @param numSteps at least 1
     * @param margins one an output; not looked at where rows have none
     * @throws IllegalStateException if the block is full, or the builder is not one {@link #ofSequences}
     */
    public void addSequence(float[] steps, int numSteps, float label, float weight, float[] margins) {
        require(Rows.SEQUENCES, "sequences");
        if (features == null) {
            features = new SequenceRowBuffer(WindowPlan.whole(numFeatures), numFeatures, maxRows, MAX_BLOCK_BYTES);
        }
        ((SequenceRowBuffer) open(features)).add(steps, 0, numSteps);
        addTarget(label, weight, margins);
    }

    private void require(Rows wanted, String what) {
        if (kind != wanted) {
            throw new IllegalStateException(
                    "a builder of rows of " + kind.name().toLowerCase(Locale.ROOT) + " takes no " + what);
        }
    }

    private ValueRows rows(boolean isSparse) {
        if (kind != Rows.COLUMNS && kind != Rows.VECTORS) {
            throw new IllegalStateException(
                    "a builder of rows of " + kind.name().toLowerCase(Locale.ROOT) + " takes no rows of floats");
        }
        if (features == null) {
            features = isSparse
                    ? new SparseRowBuffer(numFeatures, absent, maxRows, 4L * numMargins, MAX_BLOCK_BYTES)
                    : new DenseRowBuffer(numFeatures, absent, kind == Rows.VECTORS, firstCapacity, maxDenseRows);
        }
        return (ValueRows) open(features);
    }

    private FeatureRows open(FeatureRows rows) {
        if (rows.isFull()) {
            throw new IllegalStateException("the block is full at " + numRows + " rows; build() it first");
        }
        return rows;
    }

    private void addTarget(float label, float weight, float[] margins) {
        if (numRows == labels.length) {
            resize(Math.min(maxRows, numRows * 2));
        }
        labels[numRows] = label;
        if (weights != null) {
            weights[numRows] = weight;
        }
        if (baseMargins != null) {
            for (int k = 0; k < numMargins; k++) {
                baseMargins[k][numRows] = margins[k];
            }
        }
        numRows++;
    }

    /**
     * The rows so far, in arrays of exactly that length; the builder starts again empty.
     *
     * @throws IllegalStateException if there is none
     */
    public TableBlock build() {
        FeatureRows rows = features;
        if (rows == null) {
            throw new IllegalStateException("a block needs at least one row");
        }
        // Where a block was filled the next one will be too, most likely: no growing, which copies everything twice.
        firstCapacity = rows.isFull() ? numRows : FIRST_CAPACITY;
        resize(numRows);
        FeatureBlock built = rows.build();
        startsSparse = kind == Rows.VECTORS && built instanceof SparseFeatures;
        TableBlock block = new TableBlock(numRows, built, labels, weights, baseMargins, isValidation);
        begin();
        return block;
    }

    private void begin() {
        numRows = 0;
        features = null;
        int capacity = Math.min(firstCapacity, maxRows);
        labels = new float[capacity];
        weights = hasWeights ? new float[capacity] : null;
        baseMargins = numMargins > 0 ? new float[numMargins][capacity] : null;
    }

    private void resize(int capacity) {
        if (capacity == labels.length) {
            return;
        }
        labels = Arrays.copyOf(labels, capacity);
        if (weights != null) {
            weights = Arrays.copyOf(weights, capacity);
        }
        if (baseMargins != null) {
            for (int k = 0; k < numMargins; k++) {
                baseMargins[k] = Arrays.copyOf(baseMargins[k], capacity);
            }
        }
    }
}
