package org.sparkmlext.data;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/** Features that are plain columns, the first ones of a row. */
final class ColumnReader extends FeatureReader {

    private final List<String> names;
    private final boolean[] isDouble;
    private final float[] values;

    /** @param isDouble which columns are doubles; all others are floats */
    ColumnReader(TableColumns columns, boolean[] isDouble, TableCounts counts) {
        super(FeatureForm.COLUMNS, columns, counts);
        this.names = columns.inputCols();
        this.isDouble = isDouble;
        this.values = new float[isDouble.length];
    }

    @Override
    boolean read(InternalRow row) {
        if (counts.rows() == 1) {
            counts.countLength(values.length);
        }
        isGood = true;
        for (int c = 0; c < values.length; c++) {
            if (row.isNullAt(c)) {
                values[c] = narrowed(c, Float.NaN);
            } else {
                values[c] = narrowed(c, isDouble[c] ? row.getDouble(c) : row.getFloat(c));
            }
        }
        return isGood;
    }

    @Override
    int numFeatures() {
        return values.length;
    }

    @Override
    TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation) {
        return new TableBlockBuilder(values.length, hasWeights, numMargins, isValidation);
    }

    @Override
    void addTo(TableBlockBuilder builder, float label, float weight, float[] margins) {
        builder.add(values, label, weight, margins);
    }

    @Override
    protected void countMissing(int feature) {
        counts.countFault(RowFault.FEATURE_MISSING, name(feature), "");
    }

    @Override
    String name(int feature) {
        return names.get(feature);
    }
}
