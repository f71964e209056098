package org.sparkmlext.data;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * At most 65,536 rows of a table, column by column. Arrays may be longer than {@link #numRows}; they are not copied and
 * nobody changes them.
 *
 * @param numRows rows of the block
 * @param features {@code features[column][row]}; missing is NaN
 * @param labels one a row
 * @param weights one a row, or null where all are 1
 * @param isValidation whether the rows are for validation; a block never mixes both kinds
 */
public record TableBlock(
        int numRows, float[][] features, float[] labels, float @Nullable [] weights, boolean isValidation)
        implements Serializable {

    /** Most rows of a block. */
    public static final int MAX_ROWS = 1 << 16;

    /** Rows {@code [from, to)} as a block of its own. */
    public TableBlock slice(int from, int to) {
        if (from == 0 && to == numRows) {
            return this;
        }
        float[][] columns = new float[features.length][];
        for (int c = 0; c < columns.length; c++) {
            columns[c] = java.util.Arrays.copyOfRange(features[c], from, to);
        }
        return new TableBlock(
                to - from,
                columns,
                java.util.Arrays.copyOfRange(labels, from, to),
                weights == null ? null : java.util.Arrays.copyOfRange(weights, from, to),
                isValidation);
    }
}
