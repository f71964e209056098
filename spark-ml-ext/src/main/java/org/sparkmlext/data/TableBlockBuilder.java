package org.sparkmlext.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fills {@link TableBlock}s row by row. Columns grow as rows come, so that many small partitions stay small. Not
 * thread-safe.
 */
public final class TableBlockBuilder {

    /** Bytes after which a block is full, so that wide tables make short blocks that any serializer can carry. */
    private static final long MAX_BLOCK_BYTES = 32L << 20;

    private static final int FIRST_CAPACITY = 1024;

    private final int numFeatures;
    private final boolean hasWeights;
    private final int numMargins;
    private final boolean isValidation;
    private final int maxRows;

    private int numRows;
    private float[][] features = {};
    private float[] labels = {};
    private float @Nullable [] weights;
    private float @Nullable [][] baseMargins;

    /** For rows without base margins. */
    public TableBlockBuilder(int numFeatures, boolean hasWeights, boolean isValidation) {
        this(numFeatures, hasWeights, 0, isValidation);
    }

    /**
     * @param numFeatures columns of the table, at least 1
     * @param hasWeights whether rows carry weights
     * @param numMargins base margins a row, 0 for none
     * @param isValidation kind of the rows
     */
    public TableBlockBuilder(int numFeatures, boolean hasWeights, int numMargins, boolean isValidation) {
        this.numFeatures = numFeatures;
        this.hasWeights = hasWeights;
        this.numMargins = numMargins;
        this.isValidation = isValidation;
        long bytesPerRow = 4L * (numFeatures + numMargins);
        this.maxRows = (int) Math.max(1, Math.min(TableBlock.MAX_ROWS, MAX_BLOCK_BYTES / bytesPerRow));
        begin(Math.min(FIRST_CAPACITY, maxRows));
    }

    public boolean isEmpty() {
        return numRows == 0;
    }

    public boolean isFull() {
        return numRows == maxRows;
    }

    /**
     * Appends one row; values are copied.
     *
     * @param values one a feature
     * @param margins one an output; not looked at where rows have none
     * @throws IllegalStateException if the block is full
     */
    public void add(float[] values, float label, float weight, float[] margins) {
        if (isFull()) {
            throw new IllegalStateException("the block is full at " + numRows + " rows; build() it first");
        }
        if (numRows == labels.length) {
            resize(Math.min(maxRows, numRows * 2));
        }
        for (int c = 0; c < numFeatures; c++) {
            features[c][numRows] = values[c];
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

    /** The rows so far, in arrays of exactly that length; the builder starts again empty. */
    public TableBlock build() {
        // Where a block was filled the next one will be too, most likely: no growing, which copies everything twice.
        int capacity = isFull() ? maxRows : Math.min(FIRST_CAPACITY, maxRows);
        resize(numRows);
        TableBlock block =
                new TableBlock(numRows, new DenseFeatures(features), labels, weights, baseMargins, isValidation);
        begin(capacity);
        return block;
    }

    private void begin(int capacity) {
        numRows = 0;
        features = new float[numFeatures][capacity];
        labels = new float[capacity];
        weights = hasWeights ? new float[capacity] : null;
        baseMargins = numMargins > 0 ? new float[numMargins][capacity] : null;
    }

    private void resize(int capacity) {
        if (capacity == labels.length) {
            return;
        }
        for (int c = 0; c < numFeatures; c++) {
            features[c] = Arrays.copyOf(features[c], capacity);
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
