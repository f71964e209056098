package org.sparkmlext.kernels.tree;

import java.util.Arrays;

/**
 * The blocks that {@link SparseRows} are made of: checks each before it is taken, and leaves absent bins out. What every back
 * end's rows begin with; the bins themselves are theirs.
 */
public final class SparseBlocks {

    private final BinLayout layout;
    private final int[] absentBins;
    private final int numRows;
    /** Per feature how many more bins it may get. */
    private final int[] room;

    private int numAppended;

    /**
     * For rows to be appended.
     *
     * @param absentBins as {@link TreeKernels#allocateSparseRows} takes them; copied
     * @param maxStored likewise
     * @throws IllegalArgumentException if their lengths are not the layout's, or a bin or number cannot be
     */
    public SparseBlocks(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        if (absentBins.length != layout.numFeatures() || maxStored.length != layout.numFeatures()) {
            throw new IllegalArgumentException(absentBins.length + " absent bins and " + maxStored.length
                    + " numbers of stored bins were given for " + layout.numFeatures() + " features");
        }
        for (int f = 0; f < absentBins.length; f++) {
            if (absentBins[f] < 0 || absentBins[f] > layout.missingBin(f)) {
                throw new IllegalArgumentException("feature " + f + " has absent bin " + absentBins[f]
                        + "; allowed are 0 to " + layout.missingBin(f));
            }
            if (maxStored[f] < 0 || maxStored[f] > numRows) {
                throw new IllegalArgumentException("feature " + f + " is to store " + maxStored[f]
                        + " bins; allowed are 0 to the number of rows, " + numRows);
            }
        }
        this.layout = layout;
        this.absentBins = absentBins.clone();
        this.numRows = numRows;
        room = maxStored.clone();
    }

    /** Per feature its absent bin; not to be changed. */
    public int[] absentBins() {
        return absentBins;
    }

    /** Rows taken so far. */
    public int numAppended() {
        return numAppended;
    }

    /** Most bins that all features together store. */
    public static long mostStored(int[] maxStored) {
        return Arrays.stream(maxStored).asLongStream().sum();
    }

    /**
     * Takes a block if nothing is wrong with it.
     *
     * @return the row that its first row becomes
     * @throws IllegalArgumentException as {@link SparseRows#append} says; then nothing is taken
     */
    public int take(SparseBins block) {
        if (block.numRows() > numRows - numAppended) {
            throw new IllegalArgumentException("a block of " + block.numRows() + " rows was appended to " + numAppended
                    + " of " + numRows + " rows");
        }
        int previous = -1;
        for (int i = 0; i < block.numColumns(); i++) {
            int feature = block.features()[i];
            if (feature <= previous || feature >= layout.numFeatures()) {
                throw new IllegalArgumentException("feature " + feature + " follows " + previous
                        + "; features must ascend and be below " + layout.numFeatures());
            }
            previous = feature;
            checkColumn(block, i);
        }
        for (int i = 0; i < block.numColumns(); i++) {
            room[block.features()[i]] -= block.starts()[i + 1] - block.starts()[i];
        }
        int first = numAppended;
        numAppended += block.numRows();
        return first;
    }

    private void checkColumn(SparseBins block, int i) {
        int feature = block.features()[i];
        if (block.starts()[i + 1] - block.starts()[i] > room[feature]) {
            throw new IllegalArgumentException("feature " + feature + " gets "
                    + (block.starts()[i + 1] - block.starts()[i]) + " more bins, but has room for " + room[feature]);
        }
        int previous = -1;
        for (int k = block.starts()[i]; k < block.starts()[i + 1]; k++) {
            int row = Short.toUnsignedInt(block.rows()[k]);
            int bin = Short.toUnsignedInt(block.bins()[k]);
            if (row <= previous || row >= block.numRows()) {
                throw new IllegalArgumentException("feature " + feature + ": row " + row + " follows " + previous
                        + "; rows must ascend and be below " + block.numRows());
            }
            if (bin > layout.missingBin(feature)) {
                throw new IllegalArgumentException("feature " + feature + ", row " + (numAppended + row) + " has bin "
                        + bin + "; allowed are 0 to " + layout.missingBin(feature)
                        + ", of which the last means missing");
            }
            previous = row;
        }
    }

    /** What is done with a bin that differs from the absent one. */
    public interface Stored {
        void take(int feature, int row, int bin);
    }

    /** Goes over the bins of a block that differ from their feature's absent bin; rows are those within the block. */
    public void forEachStored(SparseBins block, Stored body) {
        for (int i = 0; i < block.numColumns(); i++) {
            int feature = block.features()[i];
            int absent = absentBins[feature];
            for (int k = block.starts()[i]; k < block.starts()[i + 1]; k++) {
                int bin = Short.toUnsignedInt(block.bins()[k]);
                if (bin != absent) {
                    body.take(feature, Short.toUnsignedInt(block.rows()[k]), bin);
                }
            }
        }
    }

    /** @throws IllegalStateException if not all rows were appended; {@code rows} is what the message calls them */
    public void requireComplete(Object rows) {
        if (numAppended < numRows) {
            throw new IllegalStateException(rows + " has only " + numAppended + " rows so far; append the rest first");
        }
    }
}
