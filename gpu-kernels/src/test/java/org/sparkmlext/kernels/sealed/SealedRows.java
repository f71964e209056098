package org.sparkmlext.kernels.sealed;

import java.util.Objects;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.Bins;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.SparseBins;
import org.sparkmlext.kernels.tree.SparseRows;

/** Bins, one sealed long each, whether they come dense or sparse. */
final class SealedRows implements DenseRows, SparseRows, Bins {

    final SealedMemory memory;
    private final BinLayout layout;
    private final int numRows;
    private int appended;
    private int[] room = new int[0];

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

    /** Fills every cell with its feature's absent bin. */
    SealedRows absent(int[] absentBins, int[] maxStored) {
        room = maxStored.clone();
        for (int f = 0; f < layout.numFeatures(); f++) {
            for (int r = 0; r < numRows; r++) {
                memory.set(f * numRows + r, absentBins[f]);
            }
        }
        return this;
    }

    @Override
    public void append(SparseBins block) {
        memory.requireOpen();
        if (block.numRows() > numRows - appended) {
            throw new IllegalArgumentException("a block of " + block.numRows() + " rows after " + appended
                    + " rows is too long; these are " + numRows + " rows");
        }
        int previous = -1;
        for (int i = 0; i < block.numColumns(); i++) {
            int f = block.features()[i];
            if (f <= previous || f >= layout.numFeatures()) {
                throw new IllegalArgumentException("feature " + f + " does not ascend");
            }
            previous = f;
            checkColumn(block, i);
        }
        for (int i = 0; i < block.numColumns(); i++) {
            int f = block.features()[i];
            room[f] -= block.starts()[i + 1] - block.starts()[i];
            for (int k = block.starts()[i]; k < block.starts()[i + 1]; k++) {
                int row = appended + Short.toUnsignedInt(block.rows()[k]);
                memory.set(f * numRows + row, Short.toUnsignedInt(block.bins()[k]));
            }
        }
        appended += block.numRows();
    }

    private void checkColumn(SparseBins block, int i) {
        int f = block.features()[i];
        if (block.starts()[i + 1] - block.starts()[i] > room[f]) {
            throw new IllegalArgumentException("feature " + f + " has more bins than it was to have");
        }
        int previous = -1;
        for (int k = block.starts()[i]; k < block.starts()[i + 1]; k++) {
            int row = Short.toUnsignedInt(block.rows()[k]);
            int bin = Short.toUnsignedInt(block.bins()[k]);
            if (row <= previous || row >= block.numRows()) {
                throw new IllegalArgumentException("feature " + f + ": row " + row + " does not ascend");
            }
            if (bin > layout.missingBin(f)) {
                throw new IllegalArgumentException("feature " + f + ", row " + (appended + row) + " has bin " + bin
                        + "; allowed are 0 to " + layout.missingBin(f));
            }
            previous = row;
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
