package org.sparkmlext.data;

import java.io.Serializable;

/**
 * The features of a block's rows: dense or sparse, in the form that takes less memory, dense in a mapped file, or bytes. All forms of
 * the same rows give the same model, bit for bit; missing is NaN.
 */
public sealed interface FeatureBlock extends Serializable
        permits DenseFeatures, SparseFeatures, MappedFeatures, ByteFeatures {

    int numFeatures();

    /** Values held: all of them in the dense forms, those that differ from the absent one in the sparse form. */
    long numStored();

    /** Rows {@code [from, to)} as a block of their own. */
    FeatureBlock slice(int from, int to);

    /** One feature of all rows, an absent value written out. May be the block's own array, longer than it has rows: do not change it. */
    float[] column(int feature);

    /** Writes rows {@code [from, to)} out, row after row: {@code rows[(r - from) * numFeatures + f]}. */
    void copyRows(int from, int to, float[] rows);

    /** A hash of the contents: equal for equal blocks of the same form. */
    long contentHash();

    /** Lets go of the values; see {@link TableBlock#dropFeatures}. */
    void drop();
}
