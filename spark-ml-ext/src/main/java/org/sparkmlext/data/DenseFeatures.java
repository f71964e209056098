package org.sparkmlext.data;

import java.util.Arrays;

/** Features column by column, every value written out. */
public final class DenseFeatures implements TabularFeatures {
    private static final long serialVersionUID = 1L;

    private static final float[] DROPPED = {};

    private final float[][] columns;

    /**
     * Takes the arrays as they are.
     *
     * @param columns {@code columns[feature][row]}; they may be longer than the block has rows, all alike
     */
    public DenseFeatures(float[][] columns) {
        this.columns = columns;
    }

    /** The arrays themselves: {@code columns()[feature][row]}. */
    public float[][] columns() {
        return columns;
    }

    @Override
    public int numFeatures() {
        return columns.length;
    }

    @Override
    public long numStored() {
        return columns.length == 0 ? 0 : (long) columns.length * columns[0].length;
    }

    @Override
    public DenseFeatures slice(int from, int to) {
        float[][] slices = new float[columns.length][];
        Arrays.setAll(slices, c -> Arrays.copyOfRange(columns[c], from, to));
        return new DenseFeatures(slices);
    }

    @Override
    public float[] column(int feature) {
        return columns[feature];
    }

    @Override
    public void copyRows(int from, int to, float[] rows) {
        int width = columns.length;
        for (int f = 0; f < width; f++) {
            float[] column = columns[f];
            for (int r = from, at = f; r < to; r++, at += width) {
                rows[at] = column[r];
            }
        }
    }

    @Override
    public long contentHash() {
        long hash = 1;
        for (float[] column : columns) {
            hash = 31 * hash + Arrays.hashCode(column);
        }
        return hash;
    }

    @Override
    public void drop() {
        Arrays.fill(columns, DROPPED);
    }

    @Override
    public String toString() {
        return "DenseFeatures[" + columns.length + " features]";
    }
}
