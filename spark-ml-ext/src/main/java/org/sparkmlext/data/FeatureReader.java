package org.sparkmlext.data;

import org.apache.spark.sql.catalyst.InternalRow;

/** Reads the features of rows as float32: one NaN for all that is missing, one zero. One a partition. Not thread-safe. */
abstract sealed class FeatureReader permits ColumnReader, VectorReader {

    protected final TableCounts counts;
    private final float missing;

    /** Whether the row at hand has no fault so far. */
    protected boolean isGood;

    /** @param missing value that is missing beside NaN; NaN for none */
    FeatureReader(TableCounts counts, float missing) {
        this.counts = counts;
        this.missing = missing;
    }

    /** Reads a row's features and keeps them until the next call; false, and faults counted, if they are at fault. */
    abstract boolean read(InternalRow row);

    /** Features a row, of the first row that has any; 0 before. */
    abstract int numFeatures();

    /** What stands for values that sparse rows leave out. */
    float absent() {
        return missing == 0f ? Float.NaN : 0f;
    }

    /** An empty builder for rows as they are read here. */
    abstract TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation);

    /** Appends the features last read, and what else the row has. */
    abstract void addTo(TableBlockBuilder builder, float label, float weight, float[] margins);

    /** How messages call a feature. */
    abstract String name(int feature);

    /** A value as blocks hold it. After a fault, which is counted, {@link #isGood} is false. */
    protected final float narrowed(int feature, double value) {
        float narrow = (float) value;
        // Equal rows shall have equal bits. -0.0 == 0.0, and nothing equals a NaN.
        if (Float.isNaN(narrow) || narrow == missing) {
            return Float.NaN;
        }
        if (Float.isInfinite(narrow)) {
            counts.countFault(RowFault.FEATURE_INFINITE, name(feature), Double.toString(value));
            isGood = false;
        }
        return narrow + 0f;
    }
}
