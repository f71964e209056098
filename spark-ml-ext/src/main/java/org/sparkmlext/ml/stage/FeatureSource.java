package org.sparkmlext.ml.stage;

/**
 * Where a stage's features come from.
 *
 * @param column the column; empty where it is the one that {@code featuresCol} names
 * @param param Param that names the column, for messages
 * @param rows what the column holds
 * @param allowsInputCols whether plain columns may take its place
 */
public record FeatureSource(String column, String param, Rows rows, boolean allowsInputCols) {

    /** What a column of features holds. */
    public enum Rows {
        /** Vectors, of which values may be missing. */
        VECTORS,
        /** Rows of any of the forms of {@link org.sparkmlext.data.FeatureForm}, no value missing. */
        WHOLE,
        /** Sequences, no value missing. */
        SEQUENCES
    }

    /** Vectors in {@code featuresCol}, or plain columns. */
    public static final FeatureSource VECTORS_OR_COLUMNS = new FeatureSource("", "featuresCol", Rows.VECTORS, true);
}
