package org.sparkmlext.training;

import org.jspecify.annotations.Nullable;

/**
 * Size of one rank's shard.
 *
 * @param rows training rows
 * @param validationRows validation rows
 * @param features columns
 * @param hasWeights whether rows carry weights
 * @param numClasses classes of the whole table where labels are class indices, else 0
 * @param threads CPU threads of the rank
 * @param storedValues values of features that the shard's blocks hold, training and validation together, as its share of the
 *     table's: all cells where blocks are dense or bytes, those that differ from the absent value where they are sparse
 * @param tableStoredValues the same of the whole table
 * @param isMapped whether dense features, as floats and as bins, lie in mapped files and not on the heap
 * @param hasBytes whether blocks hold features as bytes, which always lie on the heap
 * @param series where rows are sequences, whose features are those of a step, the series they lie in; else null
 */
public record ShardShape(
        long rows,
        long validationRows,
        int features,
        boolean hasWeights,
        int numClasses,
        int threads,
        long storedValues,
        long tableStoredValues,
        boolean isMapped,
        boolean hasBytes,
        @Nullable SeriesShape series) {

    /** The only shard of its table, features on the heap. */
    public ShardShape(
            long rows,
            long validationRows,
            int features,
            boolean hasWeights,
            int numClasses,
            int threads,
            long storedValues) {
        this(
                rows,
                validationRows,
                features,
                hasWeights,
                numClasses,
                threads,
                storedValues,
                storedValues,
                false,
                false,
                null);
    }

    /** The same shard with its dense features in mapped files. */
    public ShardShape mapped() {
        return new ShardShape(
                rows,
                validationRows,
                features,
                hasWeights,
                numClasses,
                threads,
                storedValues,
                tableStoredValues,
                true,
                hasBytes,
                series);
    }

    /** Whether rows are sequences, of which every value is stored. */
    public boolean hasSequences() {
        return series != null;
    }

    /** Cells of the shard's features, training and validation: of sequences the values they store. */
    public long cells() {
        return hasSequences() ? storedValues : (rows + validationRows) * features;
    }
}
