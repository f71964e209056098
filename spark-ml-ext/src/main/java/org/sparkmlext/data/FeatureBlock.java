package org.sparkmlext.data;

import java.io.Serializable;

/** The features of a block's rows: a table, or sequences of unequal lengths. */
public sealed interface FeatureBlock extends Serializable permits TabularFeatures, SequenceFeatures {

    /** Features of a row, or of a step of a sequence. */
    int numFeatures();

    /** Values held: all of them in the dense forms and in sequences, those that differ from the absent one in the sparse form. */
    long numStored();

    /** Rows {@code [from, to)} as a block of their own. */
    FeatureBlock slice(int from, int to);

    /** A hash of the contents: equal for equal blocks of the same form. */
    long contentHash();

    /** Lets go of the values; see {@link TableBlock#dropFeatures}. */
    void drop();
}
