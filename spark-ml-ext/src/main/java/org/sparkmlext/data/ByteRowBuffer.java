package org.sparkmlext.data;

import java.util.Arrays;

/** Rows of bytes collected one after another. */
final class ByteRowBuffer implements FeatureRows {

    private final int numFeatures;
    private final float missing;
    private final int maxRows;
    private byte[] bytes;
    private int numRows;

    /**
     * @param missing value that is missing; NaN for none
     * @param firstCapacity rows to make room for
     */
    ByteRowBuffer(int numFeatures, float missing, int firstCapacity, int maxRows) {
        this.numFeatures = numFeatures;
        this.missing = missing;
        this.maxRows = maxRows;
        this.bytes = new byte[Math.min(firstCapacity, maxRows) * numFeatures];
    }

    /** Appends a row; values are copied. */
    void add(byte[] row) {
        int end = numRows * numFeatures;
        if (end == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(maxRows, numRows * 2) * numFeatures);
        }
        System.arraycopy(row, 0, bytes, end, numFeatures);
        numRows++;
    }

    @Override
    public boolean isFull() {
        return numRows == maxRows;
    }

    @Override
    public FeatureBlock build() {
        int length = numRows * numFeatures;
        return new ByteFeatures(
                numFeatures, numRows, missing, length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }
}
