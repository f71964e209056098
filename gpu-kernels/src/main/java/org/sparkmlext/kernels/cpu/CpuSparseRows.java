package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.SparseBins;
import org.sparkmlext.kernels.tree.SparseBlocks;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * Stored bins in two layouts: by row for histograms, as indices into a histogram ({@code offset(f) + bin}, ascending
 * within a row), and by feature for the partition, see {@link SparseColumns}. A row's bins take 4 bytes each there and 6
 * here, or 2 here where most rows store the feature.
 */
final class CpuSparseRows extends CpuRows implements SparseRows {

    /** Keeps every index an int. */
    private static final long MAX_STORED = Integer.MAX_VALUE - 64;

    private final SparseBlocks blocks;
    private final int mostStored;
    private SparseColumns columns;
    /** Where each row's bins begin in {@link #stored}; one more entry than rows. */
    private int[] rowStarts;

    private int[] stored;
    /** For the block being appended: where the next bin of a row goes. */
    private int[] next = new int[0];

    CpuSparseRows(CpuBackend owner, BinLayout layout, SparseBlocks blocks, int[] maxStored, int numRows) {
        super(owner, layout, numRows);
        this.blocks = blocks;
        mostStored = Arrays.stream(maxStored).max().orElse(0);
        columns = new SparseColumns(layout, blocks.absentBins(), maxStored, numRows);
        rowStarts = new int[numRows + 1];
        stored = new int[(int) SparseBlocks.mostStored(maxStored)];
    }

    /** @throws KernelException if one matrix cannot hold so many */
    static void requireRoom(int[] maxStored) {
        if (SparseBlocks.mostStored(maxStored) > MAX_STORED) {
            throw new KernelException("cpu: " + SparseBlocks.mostStored(maxStored)
                    + " stored bins were asked for in one matrix; at most " + MAX_STORED + " fit. Use more workers.");
        }
    }

    static long sizeBytes(int[] maxStored, int numRows) {
        return SparseBlocks.mostStored(maxStored) * Integer.BYTES
                + 2L * Integer.BYTES * numRows
                + SparseColumns.sizeBytes(maxStored, numRows);
    }

    @Override
    public void append(SparseBins block) {
        requireOpen();
        int first = blocks.take(block);
        if (next.length < block.numRows()) {
            next = new int[block.numRows()];
        }
        Arrays.fill(next, 0, block.numRows(), 0);
        blocks.forEachStored(block, (feature, row, bin) -> next[row]++);
        int at = rowStarts[first];
        for (int r = 0; r < block.numRows(); r++) {
            int count = next[r];
            next[r] = at;
            at += count;
            rowStarts[first + r + 1] = at;
        }
        BinLayout layout = layout();
        blocks.forEachStored(block, (feature, row, bin) -> {
            stored[next[row]++] = layout.offset(feature) + bin;
            columns.append(feature, first + row, bin);
        });
        if (blocks.numAppended() == numRows()) {
            next = new int[0];
        }
    }

    void requireComplete() {
        blocks.requireComplete(this);
    }

    /** Most rows that store the same feature. */
    int mostStored() {
        return mostStored;
    }

    /** Per feature its absent bin; not to be changed. */
    int[] absentBins() {
        return blocks.absentBins();
    }

    int absentBin(int feature) {
        return blocks.absentBins()[feature];
    }

    SparseColumns columns() {
        return columns;
    }

    /** Where each row's bins begin in {@link #stored}. */
    int[] rowStarts() {
        return rowStarts;
    }

    /** Histogram indices of the rows' bins, row after row. */
    int[] stored() {
        return stored;
    }

    /** Bins stored in all rows together, absent ones not among them. */
    int numStored() {
        return rowStarts[numRows()];
    }

    /** A row's bin of a feature, by binary search. */
    int bin(int row, int feature) {
        int first = layout().offset(feature);
        int low = rowStarts[row];
        int end = rowStarts[row + 1];
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (stored[middle] < first) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < end && stored[low] < layout().offset(feature + 1) ? stored[low] - first : absentBin(feature);
    }

    @Override
    int[] move(CpuPartition partition, List<PartitionTask> tasks) {
        requireComplete();
        return new SparseMover(this, partition, tasks).run(owner().team());
    }

    @Override
    TreeWalk walk(BinTree tree) {
        requireComplete();
        return new SparseTreeWalk(this, tree);
    }

    @Override
    void release() {
        columns = SparseColumns.NONE;
        rowStarts = new int[1];
        stored = new int[0];
        next = new int[0];
    }

    @Override
    public String toString() {
        return "cpu sparse rows " + numRows() + " x " + layout().numFeatures();
    }
}
