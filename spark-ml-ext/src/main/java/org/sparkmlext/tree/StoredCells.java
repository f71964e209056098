package org.sparkmlext.tree;

import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;

/**
 * How much of the whole table's training rows is stored; the same on all ranks.
 *
 * @param stored values that blocks hold, all of a dense block's
 * @param all rows times features
 * @param sparseBlocks blocks that are sparse
 */
record StoredCells(long stored, long all, long sparseBlocks) {

    /** A table of which at most one cell in so many is stored is trained on sparse rows. */
    static final int SPARSE_PART = 4;

    /** Collective. */
    static StoredCells of(List<TableBlock> blocks, int numFeatures, Collective collective) {
        long[] sums = new long[3];
        for (TableBlock block : blocks) {
            boolean isSparse = block.features() instanceof SparseFeatures;
            // The arrays of a dense block may be longer than it has rows.
            sums[0] += isSparse ? block.features().numStored() : (long) block.numRows() * numFeatures;
            sums[1] += (long) block.numRows() * numFeatures;
            sums[2] += isSparse ? 1 : 0;
        }
        collective.sum(sums, 0, sums.length);
        return new StoredCells(sums[0], sums[1], sums[2]);
    }

    /** Whether sparse rows take less than dense ones. */
    boolean isSparse() {
        return hasSparseBlocks() && isSparse(stored, all);
    }

    /** As {@link #isSparse()}, of numbers that are known before the blocks are. */
    static boolean isSparse(long stored, long all) {
        return stored <= all / SPARSE_PART;
    }

    boolean hasSparseBlocks() {
        return sparseBlocks > 0;
    }
}
