package org.sparkmlext.kernels.tree;

/**
 * Bins of which only those are stored that differ from their feature's absent bin. Memory follows the number of stored
 * bins. For sparse tables, and for features of more bins than {@link DenseRows} can hold.
 */
public interface SparseRows extends BinnedRows {

    /**
     * Appends a block of rows to those appended before. The matrix can be used once it has {@link #numRows} of them.
     *
     * @param block copied
     * @throws IllegalArgumentException if features do not ascend, rows of a feature do not ascend or lie outside the block, a bin is
     *     above its feature's missing bin, a feature has more bins than it was to have, or the matrix gets more than {@link #numRows} rows
     */
    void append(SparseBins block);
}
