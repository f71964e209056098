package org.sparkmlext.data;

import java.util.Arrays;

/**
 * Features column by column, of which only the values that differ from the absent one are held: 6 bytes a value and 8 a
 * column that has any.
 *
 * <p>Values of column {@code i}, which is feature {@code columns()[i]}, stand at {@code [starts()[i], starts()[i + 1])} of
 * {@link #rows} and {@link #values}, by ascending row.
 */
public final class SparseFeatures implements TabularFeatures {
    private static final long serialVersionUID = 1L;

    private final int numFeatures;
    private final int numRows;
    private final float absent;
    private int[] columns;
    private int[] starts;
    private short[] rows;
    private float[] values;

    /**
     * Takes the arrays as they are.
     *
     * @param numFeatures features of the table
     * @param numRows rows of the block, at most {@link TableBlock#MAX_ROWS}
     * @param absent what a value that is not held stands for: 0, or NaN where zeros mean missing
     * @param columns ascending features that have values
     * @param starts where the values of each column begin, and after the last column the number of all
     * @param rows row of each value, unsigned, ascending within a column
     * @param values the values; none equals {@code absent}
     */
    public SparseFeatures(
            int numFeatures, int numRows, float absent, int[] columns, int[] starts, short[] rows, float[] values) {
        this.numFeatures = numFeatures;
        this.numRows = numRows;
        this.absent = absent;
        this.columns = columns;
        this.starts = starts;
        this.rows = rows;
        this.values = values;
    }

    @Override
    public int numFeatures() {
        return numFeatures;
    }

    public int numRows() {
        return numRows;
    }

    /** What a value that is not held stands for: 0 or NaN. */
    public float absent() {
        return absent;
    }

    /** Ascending features that have values in this block. */
    public int[] columns() {
        return columns;
    }

    /** Where the values of each of {@link #columns} begin; one more entry than there are columns. */
    public int[] starts() {
        return starts;
    }

    /** Row of each value, unsigned. */
    public short[] rows() {
        return rows;
    }

    /** The values held. */
    public float[] values() {
        return values;
    }

    /** Index of a feature in {@link #columns}; negative if it has no value here. */
    public int indexOf(int feature) {
        return Arrays.binarySearch(columns, feature);
    }

    @Override
    public long numStored() {
        return starts[columns.length];
    }

    /** Whether a value is one that is not held. */
    static boolean isAbsent(float value, float absent) {
        return value == absent || (Float.isNaN(value) && Float.isNaN(absent));
    }

    /** First value of column {@code i} whose row is not below {@code row}. */
    private int firstFrom(int i, int row) {
        int low = starts[i];
        int high = starts[i + 1];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Short.toUnsignedInt(rows[middle]) < row) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public SparseFeatures slice(int from, int to) {
        int[] sliceColumns = new int[columns.length];
        int[] sliceStarts = new int[columns.length + 1];
        short[] sliceRows = new short[rows.length];
        float[] sliceValues = new float[values.length];
        int numColumns = 0;
        int at = 0;
        for (int i = 0; i < columns.length; i++) {
            int begin = firstFrom(i, from);
            int end = firstFrom(i, to);
            if (begin == end) {
                continue;
            }
            sliceColumns[numColumns++] = columns[i];
            for (int k = begin; k < end; k++, at++) {
                sliceRows[at] = (short) (Short.toUnsignedInt(rows[k]) - from);
                sliceValues[at] = values[k];
            }
            sliceStarts[numColumns] = at;
        }
        return new SparseFeatures(
                numFeatures,
                to - from,
                absent,
                Arrays.copyOf(sliceColumns, numColumns),
                Arrays.copyOf(sliceStarts, numColumns + 1),
                Arrays.copyOf(sliceRows, at),
                Arrays.copyOf(sliceValues, at));
    }

    @Override
    public float[] column(int feature) {
        float[] column = new float[numRows];
        Arrays.fill(column, absent);
        int i = indexOf(feature);
        if (i >= 0) {
            for (int k = starts[i]; k < starts[i + 1]; k++) {
                column[Short.toUnsignedInt(rows[k])] = values[k];
            }
        }
        return column;
    }

    @Override
    public void copyRows(int from, int to, float[] target) {
        Arrays.fill(target, 0, (to - from) * numFeatures, absent);
        for (int i = 0; i < columns.length; i++) {
            int end = firstFrom(i, to);
            for (int k = firstFrom(i, from); k < end; k++) {
                target[(Short.toUnsignedInt(rows[k]) - from) * numFeatures + columns[i]] = values[k];
            }
        }
    }

    @Override
    public long contentHash() {
        long hash = 31 * numFeatures + Float.floatToIntBits(absent);
        hash = 31 * hash + Arrays.hashCode(columns);
        hash = 31 * hash + Arrays.hashCode(starts);
        hash = 31 * hash + Arrays.hashCode(rows);
        return 31 * hash + Arrays.hashCode(values);
    }

    @Override
    public void drop() {
        columns = new int[0];
        starts = new int[1];
        rows = new short[0];
        values = new float[0];
    }

    @Override
    public String toString() {
        return "SparseFeatures[" + numRows + " rows x " + numFeatures + " features, " + numStored() + " values]";
    }
}
