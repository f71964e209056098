package org.sparkmlext.data;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Features that are one array of numbers, the first column of a row. A null element is missing. */
final class ArrayReader extends SingleColumnReader {

    private final boolean isDouble;
    private float[] values = {};

    /** @param form {@link FeatureForm#FLOATS} or {@link FeatureForm#DOUBLES} */
    ArrayReader(FeatureForm form, TableColumns columns, TableCounts counts) {
        super(form, columns, counts);
        this.isDouble = form == FeatureForm.DOUBLES;
    }

    @Override
    boolean read(InternalRow row) {
        if (!begin(row)) {
            return false;
        }
        ArrayData array = row.getArray(0);
        int length = array.numElements();
        counts.countLength(length);
        if (values.length == 0) {
            values = new float[length];
        }
        if (length != values.length || length == 0) {
            return false;
        }
        for (int f = 0; f < length; f++) {
            double value = array.isNullAt(f) ? Double.NaN : isDouble ? array.getDouble(f) : array.getFloat(f);
            values[f] = narrowed(f, value);
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
}
