package org.sparkmlext.kernels.tree;

/** Bins of which every cell is stored, one unsigned byte each: at most {@link BinLayout#MAX_BYTE_VALUE_BINS} value bins a feature. */
public interface DenseRows extends BinnedRows {

    /**
     * Copies a block of rows in, column by column.
     *
     * @param firstRow row of this matrix that receives the block's first row
     * @param columns bins of the block, {@code columns[feature][row of the block]}, unsigned; copied
     * @param count rows of the block
     * @throws IllegalArgumentException if a bin is above the feature's missing bin, or the number of columns is wrong
     * @throws IndexOutOfBoundsException if the block does not fit into this matrix or into its arrays
     */
    void copyIn(int firstRow, byte[][] columns, int count);
}
