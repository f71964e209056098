package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.SparseBins;
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

    private final int[] absentBins;
    private final int[] room;
    private final int mostStored;
    private SparseColumns columns;
    /** Where each row's bins begin in {@link #stored}; one more entry than rows. */
    private int[] rowStarts;

    private int[] stored;
    private int numAppended;
    /** For the block being appended: where the next bin of a row goes. */
    private int[] next = new int[0];

    CpuSparseRows(CpuBackend owner, BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        super(owner, layout, numRows);
        this.absentBins = absentBins.clone();
        room = maxStored.clone();
        mostStored = Arrays.stream(maxStored).max().orElse(0);
        columns = new SparseColumns(layout, absentBins, maxStored, numRows);
        rowStarts = new int[numRows + 1];
        stored = new int[(int) numStored(maxStored)];
    }

    static void require(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
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
        if (numStored(maxStored) > MAX_STORED) {
            throw new KernelException("cpu: " + numStored(maxStored)
                    + " stored bins were asked for in one matrix; at most " + MAX_STORED + " fit. Use more workers.");
        }
    }

    private static long numStored(int[] maxStored) {
        return Arrays.stream(maxStored).asLongStream().sum();
    }

    static long sizeBytes(int[] maxStored, int numRows) {
        return numStored(maxStored) * Integer.BYTES
                + 2L * Integer.BYTES * numRows
                + SparseColumns.sizeBytes(maxStored, numRows);
    }

    @Override
    public void append(SparseBins block) {
        requireOpen();
        check(block);
        if (next.length < block.numRows()) {
            next = new int[block.numRows()];
        }
        Arrays.fill(next, 0, block.numRows(), 0);
        forEachStored(block, (feature, row, bin) -> next[row]++);
        int at = rowStarts[numAppended];
        for (int r = 0; r < block.numRows(); r++) {
            int count = next[r];
            next[r] = at;
            at += count;
            rowStarts[numAppended + r + 1] = at;
        }
        BinLayout layout = layout();
        forEachStored(block, (feature, row, bin) -> {
            stored[next[row]++] = layout.offset(feature) + bin;
            columns.append(feature, numAppended + row, bin);
        });
        numAppended += block.numRows();
        if (numAppended == numRows()) {
            next = new int[0];
        }
    }

    private interface Stored {
        void take(int feature, int row, int bin);
    }

    private void forEachStored(SparseBins block, Stored body) {
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

    private void check(SparseBins block) {
        if (block.numRows() > numRows() - numAppended) {
            throw new IllegalArgumentException("a block of " + block.numRows() + " rows was appended to " + numAppended
                    + " of " + numRows() + " rows");
        }
        int previous = -1;
        for (int i = 0; i < block.numColumns(); i++) {
            int feature = block.features()[i];
            if (feature <= previous || feature >= layout().numFeatures()) {
                throw new IllegalArgumentException("feature " + feature + " follows " + previous
                        + "; features must ascend and be below " + layout().numFeatures());
            }
            previous = feature;
            checkColumn(block, i);
        }
        for (int i = 0; i < block.numColumns(); i++) {
            room[block.features()[i]] -= block.starts()[i + 1] - block.starts()[i];
        }
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
            if (bin > layout().missingBin(feature)) {
                throw new IllegalArgumentException("feature " + feature + ", row " + (numAppended + row) + " has bin "
                        + bin + "; allowed are 0 to " + layout().missingBin(feature)
                        + ", of which the last means missing");
            }
            previous = row;
        }
    }

    void requireComplete() {
        if (numAppended < numRows()) {
            throw new IllegalStateException(this + " has only " + numAppended + " rows so far; append the rest first");
        }
    }

    /** Most rows that store the same feature. */
    int mostStored() {
        return mostStored;
    }

    /** Per feature its absent bin; not to be changed. */
    int[] absentBins() {
        return absentBins;
    }

    int absentBin(int feature) {
        return absentBins[feature];
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
        return low < end && stored[low] < layout().offset(feature + 1) ? stored[low] - first : absentBins[feature];
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
