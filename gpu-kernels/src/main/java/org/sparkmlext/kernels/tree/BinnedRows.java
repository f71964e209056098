package org.sparkmlext.kernels.tree;

/** Opaque matrix of bins on a device, {@code numRows x numFeatures}, one unsigned byte a cell. Written once, by blocks. */
public interface BinnedRows extends AutoCloseable {

    BinLayout layout();

    int numRows();

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

    @Override
    void close();
}
