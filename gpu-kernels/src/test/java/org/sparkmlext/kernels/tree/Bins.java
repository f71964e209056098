package org.sparkmlext.kernels.tree;

/** Bins one cell at a time: what the references read. */
public interface Bins {

    BinLayout layout();

    int numRows();

    int bin(int row, int feature);
}
