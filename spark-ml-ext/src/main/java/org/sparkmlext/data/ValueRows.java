package org.sparkmlext.data;

/** Rows of floats while they are collected. */
sealed interface ValueRows extends FeatureRows permits DenseRowBuffer, SparseRowBuffer {

    /** Appends a row by all its values. */
    void add(float[] values);

    /** Appends a row by its first {@code count} values, of the ascending features {@code indices}. */
    void addSparse(int[] indices, float[] values, int count);
}
