package org.sparkmlext.data;

import java.util.Arrays;

/**
 * Rows collected by the values that differ from the absent one: 8 bytes a value, whatever the number of features. Turned into
 * columns at the end, in time O(values + columns that occur), or O(values x log values) where there are many more features than
 * values.
 */
final class SparseRowBuffer implements ValueRows {

    /** Bytes of a value as {@link SparseFeatures} hold it, an {@code int} more while it is collected. */
    private static final int BYTES_A_VALUE = 8;

    private static final int FIRST_CAPACITY = 4096;

    private final int numFeatures;
    private final float absent;
    private final int maxRows;
    private final long otherBytesPerRow;
    private final long maxBytes;

    private int numRows;
    private int numStored;
    private int[] starts = new int[65];
    private int[] features = new int[FIRST_CAPACITY];
    private float[] values = new float[FIRST_CAPACITY];

    /**
     * @param absent what rows leave out
     * @param maxRows rows at which the block is full
     * @param otherBytesPerRow bytes that the block holds for a row beside its features
     * @param maxBytes bytes from which on the block is full
     */
    SparseRowBuffer(int numFeatures, float absent, int maxRows, long otherBytesPerRow, long maxBytes) {
        this.numFeatures = numFeatures;
        this.absent = absent;
        this.maxRows = maxRows;
        this.otherBytesPerRow = otherBytesPerRow;
        this.maxBytes = maxBytes;
    }

    @Override
    public void add(float[] row) {
        for (int f = 0; f < numFeatures; f++) {
            if (!SparseFeatures.isAbsent(row[f], absent)) {
                append(f, row[f]);
            }
        }
        endRow();
    }

    @Override
    public void addSparse(int[] indices, float[] row, int count) {
        for (int i = 0; i < count; i++) {
            if (!SparseFeatures.isAbsent(row[i], absent)) {
                append(indices[i], row[i]);
            }
        }
        endRow();
    }

    private void append(int feature, float value) {
        if (numStored == values.length) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * numStored);
            features = Arrays.copyOf(features, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        features[numStored] = feature;
        values[numStored++] = value;
    }

    private void endRow() {
        numRows++;
        if (numRows == starts.length) {
            starts = Arrays.copyOf(starts, 2 * numRows);
        }
        starts[numRows] = numStored;
    }

    private long cells() {
        return (long) numRows * numFeatures;
    }

    @Override
    public boolean isFull() {
        long featureBytes = (long) numStored * BYTES_A_VALUE;
        if (!FeatureRows.isSparse(numStored, cells())) {
            featureBytes = Math.max(featureBytes, cells() * Float.BYTES);
        }
        return numRows == maxRows || featureBytes + numRows * otherBytesPerRow >= maxBytes;
    }

    @Override
    public FeatureBlock build() {
        if (!FeatureRows.isSparse(numStored, cells())) {
            return dense();
        }
        return numFeatures / 4 <= numStored ? counted() : sorted();
    }

    private DenseFeatures dense() {
        float[][] columns = new float[numFeatures][numRows];
        if (Float.isNaN(absent)) {
            for (float[] column : columns) {
                Arrays.fill(column, absent);
            }
        }
        for (int r = 0; r < numRows; r++) {
            for (int k = starts[r]; k < starts[r + 1]; k++) {
                columns[features[k]][r] = values[k];
            }
        }
        return new DenseFeatures(columns);
    }

    /** Columns by a counting sort; its counters are no more than four a value. */
    private SparseFeatures counted() {
        int[] next = new int[numFeatures];
        for (int k = 0; k < numStored; k++) {
            next[features[k]]++;
        }
        int[] columns = new int[Math.min(numFeatures, numStored)];
        int[] columnStarts = new int[columns.length + 1];
        int numColumns = 0;
        int at = 0;
        for (int f = 0; f < numFeatures; f++) {
            int count = next[f];
            if (count > 0) {
                next[f] = at;
                at += count;
                columns[numColumns++] = f;
                columnStarts[numColumns] = at;
            }
        }
        short[] rows = new short[numStored];
        float[] sorted = new float[numStored];
        for (int r = 0; r < numRows; r++) {
            for (int k = starts[r]; k < starts[r + 1]; k++) {
                int to = next[features[k]]++;
                rows[to] = (short) r;
                sorted[to] = values[k];
            }
        }
        return sparse(columns, columnStarts, numColumns, rows, sorted);
    }

    /** Columns by sorting (feature, place) pairs; places ascend with rows. */
    private SparseFeatures sorted() {
        long[] pairs = new long[numStored];
        short[] rowOf = new short[numStored];
        for (int r = 0; r < numRows; r++) {
            for (int k = starts[r]; k < starts[r + 1]; k++) {
                pairs[k] = (long) features[k] << 32 | k;
                rowOf[k] = (short) r;
            }
        }
        Arrays.sort(pairs);
        int[] columns = new int[numStored];
        int[] columnStarts = new int[numStored + 1];
        int numColumns = 0;
        short[] rows = new short[numStored];
        float[] sorted = new float[numStored];
        for (int i = 0; i < numStored; i++) {
            int feature = (int) (pairs[i] >>> 32);
            if (numColumns == 0 || columns[numColumns - 1] != feature) {
                columns[numColumns++] = feature;
            }
            columnStarts[numColumns] = i + 1;
            rows[i] = rowOf[(int) pairs[i]];
            sorted[i] = values[(int) pairs[i]];
        }
        return sparse(columns, columnStarts, numColumns, rows, sorted);
    }

    private SparseFeatures sparse(int[] columns, int[] columnStarts, int numColumns, short[] rows, float[] sorted) {
        return new SparseFeatures(
                numFeatures,
                numRows,
                absent,
                Arrays.copyOf(columns, numColumns),
                Arrays.copyOf(columnStarts, numColumns + 1),
                rows,
                sorted);
    }
}
