package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * At most 65,536 rows of a table. Arrays may be longer than {@link #numRows}; they are not copied and nobody changes them.
 *
 * @param numRows rows of the block
 * @param features the features: a table, where missing is NaN, or sequences
 * @param labels one a row; none where the targets are later steps of the row's own series, see {@link SequenceFeatures#numTargets}
 * @param weights one a row, or null where all are 1
 * @param baseMargins {@code baseMargins[output][row]}: raw scores to start from, or see {@link #targets}; null where the table has none
 * @param isValidation whether the rows are for validation; a block never mixes both kinds
 */
public record TableBlock(
        int numRows,
        FeatureBlock features,
        float[] labels,
        float @Nullable [] weights,
        float @Nullable [][] baseMargins,
        boolean isValidation)
        implements Serializable {

    /** Most rows of a block. */
    public static final int MAX_ROWS = 1 << 16;

    /** A block of dense features, {@code features[column][row]}, without base margins. */
    public TableBlock(
            int numRows, float[][] features, float[] labels, float @Nullable [] weights, boolean isValidation) {
        this(numRows, new DenseFeatures(features), labels, weights, null, isValidation);
    }

    /**
     * Labels of kind {@link TableColumns.LabelKind#REALS}, {@code targets()[target][row]}, of which {@link #labels} has the first;
     * null where a label is one number. They lie where other tables have base margins: no table has both.
     */
    public float @Nullable [][] targets() {
        return baseMargins;
    }

    /**
     * The features of rows that all have the same ones.
     *
     * @throws IllegalStateException if rows are sequences
     */
    public TabularFeatures table() {
        if (features instanceof TabularFeatures tabular) {
            return tabular;
        }
        throw new IllegalStateException(features + " are sequences, which are no table");
    }

    /** Rows {@code [from, to)} as a block of its own. */
    public TableBlock slice(int from, int to) {
        if (from == 0 && to == numRows) {
            return this;
        }
        return new TableBlock(
                to - from,
                features.slice(from, to),
                labels.length == 0 ? labels : Arrays.copyOfRange(labels, from, to),
                weights == null ? null : Arrays.copyOfRange(weights, from, to),
                baseMargins == null ? null : slices(baseMargins, from, to),
                isValidation);
    }

    private static float[][] slices(float[][] columns, int from, int to) {
        float[][] slices = new float[columns.length][];
        for (int c = 0; c < columns.length; c++) {
            slices[c] = Arrays.copyOfRange(columns[c], from, to);
        }
        return slices;
    }

    /**
     * Lets go of the features, for whoever owns the block's shard and has turned them into something smaller; labels, weights
     * and base margins stay. The arrays themselves are untouched: others who hold them keep them.
     */
    public void dropFeatures() {
        features.drop();
    }
}
