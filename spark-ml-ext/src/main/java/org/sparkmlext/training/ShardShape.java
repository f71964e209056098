package org.sparkmlext.training;

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
        boolean hasBytes) {

    /** The only shard of its table, features on the heap. */
    public ShardShape(
            long rows,
            long validationRows,
            int features,
            boolean hasWeights,
            int numClasses,
            int threads,
            long storedValues) {
        this(rows, validationRows, features, hasWeights, numClasses, threads, storedValues, storedValues, false, false);
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
                hasBytes);
    }

    /** Cells of the shard's features, training and validation. */
    public long cells() {
        return (rows + validationRows) * features;
    }
}
