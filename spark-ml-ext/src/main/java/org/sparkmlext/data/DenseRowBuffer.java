package org.sparkmlext.data;

import java.util.Arrays;

/** Rows collected into columns of all values. Columns grow as rows come, so that many small partitions stay small. */
final class DenseRowBuffer implements ValueRows {

    private final float absent;
    private final boolean mayTurnSparse;
    private final int maxRows;
    private final float[][] columns;
    private int capacity;
    private int numRows;

    /**
     * @param absent what sparse rows leave out
     * @param mayTurnSparse whether rows are vectors, which make sparse features if few of their values differ from
     *     {@code absent}
     * @param firstCapacity rows to make room for
     */
    DenseRowBuffer(int numFeatures, float absent, boolean mayTurnSparse, int firstCapacity, int maxRows) {
        this.absent = absent;
        this.mayTurnSparse = mayTurnSparse;
        this.maxRows = maxRows;
        this.capacity = Math.min(firstCapacity, maxRows);
        this.columns = new float[numFeatures][capacity];
    }

    @Override
    public void add(float[] values) {
        grow();
        for (int c = 0; c < columns.length; c++) {
            columns[c][numRows] = values[c];
        }
        numRows++;
    }

    @Override
    public void addSparse(int[] indices, float[] values, int count) {
        grow();
        // Columns hold 0 where nothing was written.
        if (Float.isNaN(absent)) {
            for (float[] column : columns) {
                column[numRows] = absent;
            }
        }
        for (int i = 0; i < count; i++) {
            columns[indices[i]][numRows] = values[i];
        }
        numRows++;
    }

    private void grow() {
        if (numRows == capacity) {
            resize(Math.min(maxRows, numRows * 2));
        }
    }

    private void resize(int newCapacity) {
        if (newCapacity != capacity) {
            for (int c = 0; c < columns.length; c++) {
                columns[c] = Arrays.copyOf(columns[c], newCapacity);
            }
            capacity = newCapacity;
        }
    }

    @Override
    public boolean isFull() {
        return numRows == maxRows;
    }

    @Override
    public FeatureBlock build() {
        if (mayTurnSparse) {
            int stored = storedIfFew();
            if (stored >= 0) {
                return sparse(stored);
            }
        }
        resize(numRows);
        return new DenseFeatures(columns);
    }

    /** Values that differ from the absent one; -1 once they are too many for sparse features, which mostly shows early. */
    private int storedIfFew() {
        long cells = (long) columns.length * numRows;
        int stored = 0;
        for (float[] column : columns) {
            stored += stored(column);
            if (!FeatureRows.isSparse(stored, cells)) {
                return -1;
            }
        }
        return stored;
    }

    private int stored(float[] column) {
        int stored = 0;
        for (int r = 0; r < numRows; r++) {
            stored += SparseFeatures.isAbsent(column[r], absent) ? 0 : 1;
        }
        return stored;
    }

    private SparseFeatures sparse(int numStored) {
        int[] features = new int[Math.min(columns.length, numStored)];
        int[] starts = new int[features.length + 1];
        short[] rows = new short[numStored];
        float[] values = new float[numStored];
        int numColumns = 0;
        int at = 0;
        for (int f = 0; f < columns.length; f++) {
            float[] column = columns[f];
            int begin = at;
            for (int r = 0; r < numRows; r++) {
                if (!SparseFeatures.isAbsent(column[r], absent)) {
                    rows[at] = (short) r;
                    values[at++] = column[r];
                }
            }
            if (at > begin) {
                features[numColumns++] = f;
                starts[numColumns] = at;
            }
        }
        return new SparseFeatures(
                columns.length,
                numRows,
                absent,
                Arrays.copyOf(features, numColumns),
                Arrays.copyOf(starts, numColumns + 1),
                rows,
                values);
    }
}
