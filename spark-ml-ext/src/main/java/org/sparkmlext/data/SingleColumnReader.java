package org.sparkmlext.data;

import org.apache.spark.sql.catalyst.InternalRow;

/** Features that are the value of one column, the first of a row. */
abstract sealed class SingleColumnReader extends FeatureReader
        permits ArrayReader, ByteReader, ImageReader, SequenceReader, VectorReader {

    protected final String column;
    private boolean isMissingCounted;

    SingleColumnReader(FeatureForm form, TableColumns columns, TableCounts counts) {
        super(form, columns, counts);
        this.column = String.valueOf(columns.featuresCol());
    }

    /** Begins with a row; false, and a fault counted, if the column is null. */
    protected final boolean begin(InternalRow row) {
        isGood = true;
        isMissingCounted = false;
        if (row.isNullAt(0)) {
            counts.countFault(nullFault(), column, "");
            return false;
        }
        return true;
    }

    /** What a null value is. */
    RowFault nullFault() {
        return RowFault.FEATURES_NULL;
    }

    /** Once a row, so that a fault tells of rows. */
    @Override
    protected void countMissing(int feature) {
        if (!isMissingCounted) {
            counts.countFault(RowFault.FEATURE_MISSING, column, place(feature));
            isMissingCounted = true;
        }
    }

    /** Where in its row a feature stands, for an example. */
    String place(int feature) {
        return "entry " + feature;
    }

    /** Whether none of the bytes is missing, or that is no fault. */
    protected final boolean allowsBytes(byte[] values) {
        if (allowsMissing() || Float.isNaN(missing())) {
            return true;
        }
        for (int f = 0; f < values.length; f++) {
            if (Byte.toUnsignedInt(values[f]) == missing()) {
                countMissing(f);
                return false;
            }
        }
        return true;
    }

    @Override
    String name(int feature) {
        return column + "[" + feature + "]";
    }
}
