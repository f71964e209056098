package org.sparkmlext.kernels.tree;

/**
 * The stored bins of a block of at most 65,536 rows, feature by feature. Bins of feature {@code features[i]} stand at
 * {@code [starts[i], starts[i + 1])} of {@code rows} and {@code bins}. Arrays may be longer than that.
 *
 * @param numRows rows of the block
 * @param numColumns features that have bins here: as many of {@code features} count
 * @param features ascending
 * @param starts where the bins of each feature begin, and after the last one the number of all
 * @param rows row of each bin within the block, unsigned, ascending within a feature
 * @param bins the bins, unsigned; the absent bin may be among them
 */
public record SparseBins(int numRows, int numColumns, int[] features, int[] starts, short[] rows, short[] bins) {}
