package org.sparkmlext.ml.stage;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.jspecify.annotations.Nullable;

/**
 * Turns a vector, or an array of plain columns, into the float32 values a model compares. {@code Object} stands for what
 * Spark SQL hands over: the row of a vector, null for a null vector, or an array of floats or doubles.
 *
 * @param column name of the vector column, for messages
 * @param featureNames names of the features in the model's order
 * @param handleInvalid value of the Param of that name
 * @param missing value that is missing beside null and NaN; NaN for none
 * @param isDouble whether arrays hold doubles, not floats
 */
record RowValues(String column, List<String> featureNames, String handleInvalid, float missing, boolean isDouble)
        implements Serializable {

    RowValues {
        featureNames = List.copyOf(featureNames);
    }

    RowValues withDoubles(boolean value) {
        return new RowValues(column, featureNames, handleInvalid, missing, value);
    }

    /** Whether {@code handleInvalid = skip} keeps this row. */
    boolean isScorable(@Nullable Object features) {
        return features != null && firstInfinite(values(features)) < 0;
    }

    /** Values for scoring. */
    float[] checked(@Nullable Object features) {
        if (features == null) {
            return ofNull();
        }
        return checked(
                values(features),
                f -> features instanceof InternalRow vector ? entry(vector, f) : element((ArrayData) features, f));
    }

    /** Values for scoring. */
    float[] checked(@Nullable Vector vector) {
        if (vector == null) {
            return ofNull();
        }
        checkLength(vector.size());
        float[] values = vector instanceof SparseVector sparse
                ? scattered(sparse.indices(), sparse.values())
                : floats(vector.toArray());
        return checked(marked(values), vector::apply);
    }

    private float[] ofNull() {
        if (handleInvalid.equals(ScoringColumns.ERROR)) {
            throw new IllegalArgumentException("column '" + column + "' (featuresCol) holds a null vector; allowed: "
                    + "vectors of length " + featureNames.size() + ". " + ScoringColumns.REMEDY);
        }
        float[] allMissing = new float[featureNames.size()];
        Arrays.fill(allMissing, Float.NaN);
        return allMissing;
    }

    private float[] checked(float[] values, IntToDoubleFunction original) {
        if (handleInvalid.equals(ScoringColumns.ERROR)) {
            int f = firstInfinite(values);
            if (f >= 0) {
                throw new IllegalArgumentException("feature '" + featureNames.get(f) + "' has the value "
                        + original.applyAsDouble(f)
                        + ", which is infinite as float32; allowed: finite values, and NaN, "
                        + "null or the value of missing for missing ones. " + ScoringColumns.REMEDY);
            }
        }
        return values;
    }

    private static int firstInfinite(float[] values) {
        for (int f = 0; f < values.length; f++) {
            if (Float.isInfinite(values[f])) {
                return f;
            }
        }
        return -1;
    }

    private void checkLength(int length) {
        if (length != featureNames.size()) {
            throw new IllegalArgumentException("column '" + column + "' (featuresCol) holds a vector of length "
                    + length + "; this model was trained on vectors of length " + featureNames.size());
        }
    }

    private float[] values(Object features) {
        return marked(features instanceof InternalRow vector ? ofVector(vector) : ofArray((ArrayData) features));
    }

    /** The values, with NaN for what {@code missing} marks as such. */
    private float[] marked(float[] values) {
        if (!Float.isNaN(missing)) {
            for (int f = 0; f < values.length; f++) {
                // -0.0 == 0.0
                values[f] = values[f] == missing ? Float.NaN : values[f];
            }
        }
        return values;
    }

    /** The values of a vector; an entry that a sparse vector does not store is 0. */
    private float[] ofVector(InternalRow vector) {
        checkLength(VectorRows.size(vector));
        double[] values = VectorRows.values(vector);
        return VectorRows.isDense(vector) ? floats(values) : scattered(VectorRows.indices(vector), values);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int f = 0; f < values.length; f++) {
            floats[f] = (float) values[f];
        }
        return floats;
    }

    private float[] scattered(int[] indices, double[] stored) {
        float[] values = new float[featureNames.size()];
        for (int i = 0; i < indices.length; i++) {
            values[indices[i]] = (float) stored[i];
        }
        return values;
    }

    private float[] ofArray(ArrayData array) {
        float[] values = new float[array.numElements()];
        if (isDouble) {
            for (int f = 0; f < values.length; f++) {
                values[f] = array.isNullAt(f) ? Float.NaN : (float) array.getDouble(f);
            }
        } else {
            for (int f = 0; f < values.length; f++) {
                values[f] = array.isNullAt(f) ? Float.NaN : array.getFloat(f);
            }
        }
        return values;
    }

    private double element(ArrayData array, int f) {
        return isDouble ? array.getDouble(f) : array.getFloat(f);
    }

    private static double entry(InternalRow vector, int f) {
        double[] values = VectorRows.values(vector);
        int at = VectorRows.isDense(vector) ? f : Arrays.binarySearch(VectorRows.indices(vector), f);
        return values[at];
    }
}
