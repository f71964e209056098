package org.sparkmlext.data;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Features that are unsigned bytes: one binary value, or one array of bytes, the first column of a row. */
final class ByteReader extends SingleColumnReader {

    private final boolean isArray;
    private int numFeatures;
    private byte[] values = {};

    /** @param form {@link FeatureForm#BINARY} or {@link FeatureForm#BYTES} */
    ByteReader(FeatureForm form, TableColumns columns, TableCounts counts) {
        super(form, columns, counts);
        this.isArray = form == FeatureForm.BYTES;
    }

    @Override
    boolean read(InternalRow row) {
        if (!begin(row)) {
            return false;
        }
        if (isArray) {
            ArrayData array = row.getArray(0);
            for (int f = 0; f < array.numElements(); f++) {
                if (array.isNullAt(f)) {
                    counts.countFault(RowFault.BYTE_NULL, column, "element " + f);
                    return false;
                }
            }
            values = array.toByteArray();
        } else {
            values = row.getBinary(0);
        }
        counts.countLength(values.length);
        if (numFeatures == 0) {
            numFeatures = values.length;
        }
        return values.length == numFeatures && numFeatures > 0 && allowsBytes(values);
    }

    @Override
    int numFeatures() {
        return numFeatures;
    }

    @Override
    TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation) {
        return TableBlockBuilder.ofBytes(numFeatures, missing(), hasWeights, numMargins, isValidation);
    }

    @Override
    void addTo(TableBlockBuilder builder, float label, float weight, float[] margins) {
        builder.addBytes(values, label, weight, margins);
    }
}
