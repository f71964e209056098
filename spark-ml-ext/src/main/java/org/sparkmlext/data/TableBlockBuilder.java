package org.sparkmlext.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fills {@link TableBlock}s row by row. Columns grow as rows come, so that many small partitions stay small. Not
 * thread-safe.
 */
public final class TableBlockBuilder {

    /** Feature bytes after which a block is full, so that wide tables make short blocks that any serializer can carry. */
    private static final long MAX_FEATURE_BYTES = 32L << 20;

    private static final int FIRST_CAPACITY = 1024;

    private final int numFeatures;
    private final boolean hasWeights;
    private final boolean isValidation;
    private final int maxRows;

    private int numRows;
    private float[][] features;
    private float[] labels;
    private float @Nullable [] weights;

    /**
     * @param numFeatures columns of the table, at least 1
     * @param hasWeights whether rows carry weights
     * @param isValidation kind of the rows
     */
    public TableBlockBuilder(int numFeatures, boolean hasWeights, boolean isValidation) {
        this.numFeatures = numFeatures;
        this.hasWeights = hasWeights;
        this.isValidation = isValidation;
        this.maxRows = (int) Math.max(1, Math.min(TableBlock.MAX_ROWS, MAX_FEATURE_BYTES / (4L * numFeatures)));
        int capacity = Math.min(FIRST_CAPACITY, maxRows);
        features = new float[numFeatures][capacity];
        labels = new float[capacity];
        weights = hasWeights ? new float[capacity] : null;
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
     * @throws IllegalStateException if the block is full
     */
    public void add(float[] values, float label, float weight) {
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
        numRows++;
    }

    /** The rows so far, in arrays of exactly that length; the builder starts again empty. */
    public TableBlock build() {
        resize(numRows);
        TableBlock block = new TableBlock(numRows, features, labels, weights, isValidation);
        int capacity = Math.min(FIRST_CAPACITY, maxRows);
        numRows = 0;
        features = new float[numFeatures][capacity];
        labels = new float[capacity];
        weights = hasWeights ? new float[capacity] : null;
        return block;
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
    }
}
