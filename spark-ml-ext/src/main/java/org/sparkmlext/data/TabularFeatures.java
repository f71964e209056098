package org.sparkmlext.data;

/**
 * Features of rows that all have the same ones: dense or sparse, in the form that takes less memory, dense in a mapped file, or bytes.
 * All forms of the same rows give the same model, bit for bit; missing is NaN.
 */
public sealed interface TabularFeatures extends FeatureBlock
        permits DenseFeatures, SparseFeatures, MappedFeatures, ByteFeatures {

    @Override
    TabularFeatures slice(int from, int to);

    /** One feature of all rows, an absent value written out. May be the block's own array, longer than it has rows: do not change it. */
    float[] column(int feature);

    /** Writes rows {@code [from, to)} out, row after row: {@code rows[(r - from) * numFeatures + f]}. */
    void copyRows(int from, int to, float[] rows);
}
