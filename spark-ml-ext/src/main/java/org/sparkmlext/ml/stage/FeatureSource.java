package org.sparkmlext.ml.stage;

/**
 * Where a stage's features come from.
 *
 * @param column the column; empty where it is the one that {@code featuresCol} names
 * @param param Param that names the column, for messages
 * @param takesAnyForm whether the column may be of any of the forms of {@link org.sparkmlext.data.FeatureForm} and no value may be
 *     missing; else it holds vectors
 * @param allowsInputCols whether plain columns may take its place
 */
public record FeatureSource(String column, String param, boolean takesAnyForm, boolean allowsInputCols) {

    /** Vectors in {@code featuresCol}, or plain columns. */
    public static final FeatureSource VECTORS_OR_COLUMNS = new FeatureSource("", "featuresCol", false, true);
}
