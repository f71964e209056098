package org.sparkmlext.data;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Features that are one vector, the first column of a row. Sparse and dense vectors may come in any mix. */
final class VectorReader extends SingleColumnReader {

    private int numFeatures;
    private float[] values = {};
    private int[] indices = {};
    /** Values that the sparse vector at hand stores; -1 if it is dense. */
    private int numStored;

    VectorReader(TableColumns columns, TableCounts counts) {
        super(FeatureForm.VECTOR, columns, counts);
    }

    @Override
    RowFault nullFault() {
        return RowFault.VECTOR_NULL;
    }

    @Override
    boolean read(InternalRow row) {
        if (!begin(row)) {
            return false;
        }
        // Layout of the vector's user-defined type: kind, size, indices, values.
        InternalRow vector = row.getStruct(0, 4);
        boolean isSparse = vector.getByte(0) == 0;
        ArrayData entries = vector.getArray(3);
        int length = isSparse ? vector.getInt(1) : entries.numElements();
        counts.countLength(length);
        if (numFeatures == 0) {
            numFeatures = length;
        }
        if (length != numFeatures || length == 0) {
            return false;
        }
        if (isSparse) {
            readSparse(vector.getArray(2), entries);
        } else {
            readDense(entries);
        }
        return isGood;
    }

    private void readDense(ArrayData entries) {
        numStored = -1;
        if (values.length < numFeatures) {
            values = new float[numFeatures];
        }
        for (int f = 0; f < numFeatures; f++) {
            values[f] = narrowed(f, entries.getDouble(f));
        }
    }

    private void readSparse(ArrayData places, ArrayData entries) {
        numStored = entries.numElements();
        if (indices.length < numStored) {
            indices = new int[numStored];
        }
        if (values.length < numStored) {
            values = Arrays.copyOf(values, numStored);
        }
        int last = -1;
        for (int i = 0; i < numStored; i++) {
            int f = places.getInt(i);
            if (f <= last || f >= numFeatures) {
                counts.countFault(RowFault.VECTOR_INDICES, column, f + " after " + last + " of " + numFeatures);
                isGood = false;
                return;
            }
            indices[i] = f;
            values[i] = narrowed(f, entries.getDouble(i));
            last = f;
        }
        if (!allowsMissing() && Float.isNaN(absent()) && numStored < numFeatures) {
            countMissing(firstLeftOut());
            isGood = false;
        }
    }

    private int firstLeftOut() {
        int f = 0;
        while (f < numStored && indices[f] == f) {
            f++;
        }
        return f;
    }

    @Override
    int numFeatures() {
        return numFeatures;
    }

    @Override
    TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation) {
        return TableBlockBuilder.ofVectors(numFeatures, absent(), hasWeights, numMargins, isValidation);
    }

    @Override
    void addTo(TableBlockBuilder builder, float label, float weight, float[] margins) {
        if (numStored < 0) {
            builder.add(values, label, weight, margins);
        } else {
            builder.addSparse(indices, values, numStored, label, weight, margins);
        }
    }
}
