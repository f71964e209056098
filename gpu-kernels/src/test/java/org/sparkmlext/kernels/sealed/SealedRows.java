package org.sparkmlext.kernels.sealed;

import java.util.Objects;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.Bins;

/** Bins, one sealed long each. */
final class SealedRows implements BinnedRows, Bins {

    final SealedMemory memory;
    private final BinLayout layout;
    private final int numRows;

    SealedRows(SealedBackend owner, BinLayout layout, int numRows) {
        this.layout = layout;
        this.numRows = numRows;
        memory = new SealedMemory(owner, "rows", (long) numRows * layout.numFeatures());
    }

    @Override
    public BinLayout layout() {
        return layout;
    }

    @Override
    public int numRows() {
        return numRows;
    }

    @Override
    public int bin(int row, int feature) {
        return (int) memory.get(feature * numRows + row);
    }

    @Override
    public void copyIn(int firstRow, byte[][] columns, int count) {
        memory.requireOpen();
        Objects.checkFromIndexSize(firstRow, count, numRows);
        if (columns.length != layout.numFeatures()) {
            throw new IllegalArgumentException("a block has " + columns.length + " columns; these rows have "
                    + layout.numFeatures() + " features");
        }
        for (int f = 0; f < columns.length; f++) {
            Objects.checkFromIndexSize(0, count, columns[f].length);
            for (int i = 0; i < count; i++) {
                int bin = columns[f][i] & 255;
                if (bin > layout.missingBin(f)) {
                    throw new IllegalArgumentException("feature " + f + ", row " + (firstRow + i) + " has bin " + bin
                            + "; allowed are 0 to " + layout.missingBin(f));
                }
                memory.set(f * numRows + firstRow + i, bin);
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return memory.toString();
    }
}
