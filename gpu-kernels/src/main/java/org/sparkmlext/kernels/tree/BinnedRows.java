package org.sparkmlext.kernels.tree;

/** Opaque matrix of bins on a device, {@code numRows x numFeatures}. Written once, by blocks of rows; {@link DenseRows} or {@link SparseRows}. */
public interface BinnedRows extends AutoCloseable {

    BinLayout layout();

    int numRows();

    @Override
    void close();
}
