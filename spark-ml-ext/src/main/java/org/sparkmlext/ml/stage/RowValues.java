package org.sparkmlext.ml.stage;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Turns a vector or a row of plain columns into the float32 values a model compares.
 *
 * @param column name of the vector column, for messages
 * @param featureNames names of the features in the model's order
 * @param handleInvalid value of the Param of that name
 */
record RowValues(String column, List<String> featureNames, String handleInvalid) implements Serializable {

    RowValues {
        featureNames = List.copyOf(featureNames);
    }

    /** Whether {@code handleInvalid = skip} keeps this row. */
    boolean isScorable(@Nullable Vector vector) {
        return vector != null && firstInfinite(of(vector)) < 0;
    }

    /** Whether {@code handleInvalid = skip} keeps this row. */
    boolean isScorable(Row row) {
        return firstInfinite(of(row)) < 0;
    }

    /** Values for scoring. */
    float[] checked(@Nullable Vector vector) {
        if (vector == null) {
            if (handleInvalid.equals(ScoringColumns.ERROR)) {
                throw new IllegalArgumentException(
                        "column '" + column + "' (featuresCol) holds a null vector; allowed: " + "vectors of length "
                                + featureNames.size() + ". " + ScoringColumns.REMEDY);
            }
            float[] allMissing = new float[featureNames.size()];
            Arrays.fill(allMissing, Float.NaN);
            return allMissing;
        }
        return checked(of(vector), vector::apply);
    }

    /** Values for scoring; the row holds the input columns in the model's order. */
    float[] checked(Row row) {
        return checked(of(row), row::get);
    }

    private float[] checked(float[] values, IntFunction<Object> original) {
        if (handleInvalid.equals(ScoringColumns.ERROR)) {
            int f = firstInfinite(values);
            if (f >= 0) {
                throw new IllegalArgumentException("feature '" + featureNames.get(f) + "' has the value "
                        + original.apply(f) + ", which is infinite as float32; allowed: finite values, and NaN or null "
                        + "for missing ones. " + ScoringColumns.REMEDY);
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

    /**
     * The entries of a vector; one that a sparse vector does not store is 0, not missing.
     *
     * @throws IllegalArgumentException if the length is not the model's
     */
    float[] of(Vector vector) {
        if (vector.size() != featureNames.size()) {
            throw new IllegalArgumentException("column '" + column + "' (featuresCol) holds a vector of length "
                    + vector.size() + "; this model was trained on vectors of length " + featureNames.size());
        }
        float[] values = new float[vector.size()];
        if (vector instanceof SparseVector sparse) {
            int[] indices = sparse.indices();
            double[] stored = sparse.values();
            for (int i = 0; i < indices.length; i++) {
                values[indices[i]] = (float) stored[i];
            }
        } else {
            double[] dense = vector instanceof DenseVector d ? d.values() : vector.toArray();
            for (int i = 0; i < dense.length; i++) {
                values[i] = (float) dense[i];
            }
        }
        return values;
    }

    private static float[] of(Row row) {
        float[] values = new float[row.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.isNullAt(i) ? Float.NaN : ((Number) row.get(i)).floatValue();
        }
        return values;
    }
}
