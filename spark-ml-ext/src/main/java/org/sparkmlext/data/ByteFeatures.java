package org.sparkmlext.data;

import java.util.Arrays;

/**
 * Features row by row, one unsigned byte each: pixels of images, a quarter of the memory of floats.
 *
 * <p>Value {@code f} of row {@code r} is {@code bytes()[r * numFeatures() + f] & 0xff}. As floats they are the whole numbers 0 to 255,
 * one of which may stand for missing.
 */
public final class ByteFeatures implements TabularFeatures {
    private static final long serialVersionUID = 1L;

    private static final byte[] DROPPED = {};

    private final int numFeatures;
    private final int numRows;
    private final float missing;
    private byte[] bytes;

    /**
     * Takes the array as it is.
     *
     * @param numFeatures features of the table
     * @param numRows rows of the block
     * @param missing which value is missing, and NaN as a float; NaN for none
     * @param bytes row after row; may be longer
     */
    public ByteFeatures(int numFeatures, int numRows, float missing, byte[] bytes) {
        if (bytes.length < (long) numFeatures * numRows) {
            throw new IllegalArgumentException(bytes.length + " bytes are too few for " + numRows + " rows x "
                    + numFeatures + " features; needed is one a value");
        }
        this.numFeatures = numFeatures;
        this.numRows = numRows;
        this.missing = missing;
        this.bytes = bytes;
    }

    @Override
    public int numFeatures() {
        return numFeatures;
    }

    public int numRows() {
        return numRows;
    }

    /** Which value is missing; NaN for none. */
    public float missing() {
        return missing;
    }

    /** The array itself, row after row; do not change it. */
    public byte[] bytes() {
        return bytes;
    }

    /** Copies one row to {@code target[at .. at + numFeatures)}. */
    public void copyRow(int row, byte[] target, int at) {
        System.arraycopy(bytes, row * numFeatures, target, at, numFeatures);
    }

    /** Copies rows {@code [from, to)}, row after row. */
    public void copyRows(int from, int to, byte[] rows) {
        System.arraycopy(bytes, from * numFeatures, rows, 0, (to - from) * numFeatures);
    }

    @Override
    public long numStored() {
        return (long) numFeatures * numRows;
    }

    @Override
    public ByteFeatures slice(int from, int to) {
        return new ByteFeatures(
                numFeatures, to - from, missing, Arrays.copyOfRange(bytes, from * numFeatures, to * numFeatures));
    }

    @Override
    public float[] column(int feature) {
        float[] column = new float[numRows];
        for (int r = 0, at = feature; r < numRows; r++, at += numFeatures) {
            column[r] = value(bytes[at]);
        }
        return column;
    }

    @Override
    public void copyRows(int from, int to, float[] rows) {
        int first = from * numFeatures;
        int count = (to - from) * numFeatures;
        for (int i = 0; i < count; i++) {
            rows[i] = value(bytes[first + i]);
        }
    }

    private float value(byte stored) {
        float value = Byte.toUnsignedInt(stored);
        return value == missing ? Float.NaN : value;
    }

    @Override
    public long contentHash() {
        long hash = 31L * numFeatures + Float.floatToIntBits(missing);
        int end = numFeatures * numRows;
        for (int at = 0; at < end; at++) {
            hash = 31 * hash + bytes[at];
        }
        return hash;
    }

    @Override
    public void drop() {
        bytes = DROPPED;
    }

    @Override
    public String toString() {
        return "ByteFeatures[" + numRows + " rows x " + numFeatures + " features]";
    }
}
