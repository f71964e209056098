package org.sparkmlext.kernels.cuda;

import java.util.Arrays;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.SparseBins;
import org.sparkmlext.kernels.tree.SparseBlocks;
import org.sparkmlext.kernels.tree.SparseRows;

/** Stored bins row by row, as indices into a histogram, {@code offset(f) + bin}, ascending within a row. */
final class CudaSparseRows extends CudaRows implements SparseRows {

    private final SparseBlocks blocks;
    /** Where each row's bins begin, longs; one more entry than rows. */
    private final DeviceMemory starts;

    private final DeviceMemory stored;
    private final DeviceMemory absent;
    private long numStored;

    CudaSparseRows(CudaDevice owner, BinLayout layout, SparseBlocks blocks, int[] maxStored, int numRows) {
        super(owner, layout, numRows);
        this.blocks = blocks;
        String what = "the stored bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        starts = owner.allocate((numRows + 1L) * Long.BYTES, what);
        starts.clear(Long.BYTES);
        stored = owner.allocate(SparseBlocks.mostStored(maxStored) * Integer.BYTES, what);
        int[] absentBins = blocks.absentBins();
        absent = owner.allocate((long) absentBins.length * Integer.BYTES, what);
        absent.copyIn(0, absentBins, 0, absentBins.length);
    }

    DeviceMemory starts() {
        return starts;
    }

    DeviceMemory stored() {
        return stored;
    }

    DeviceMemory absent() {
        return absent;
    }

    @Override
    public void append(SparseBins block) {
        requireOpen();
        int first = blocks.take(block);
        int[] next = new int[block.numRows() + 1];
        blocks.forEachStored(block, (feature, row, bin) -> next[row + 1]++);
        Arrays.parallelPrefix(next, Integer::sum);
        int count = next[block.numRows()];
        long[] ends = new long[block.numRows()];
        Arrays.setAll(ends, row -> numStored + next[row + 1]);
        int[] values = new int[count];
        blocks.forEachStored(block, (feature, row, bin) -> values[next[row]++] = layout().offset(feature) + bin);
        stored.copyIn(numStored * Integer.BYTES, values, 0, count);
        starts.copyIn((first + 1L) * Long.BYTES, ends, 0, ends.length);
        numStored += count;
    }

    @Override
    void requireComplete() {
        blocks.requireComplete(this);
    }

    @Override
    void markLeft(PartitionMarks marks) {
        owner().kernel("rows", "mark_left_sparse")
                .launch(
                        Grid.of(marks.numPieces(), THREADS),
                        starts,
                        stored,
                        absent,
                        offsets(),
                        marks.splits(),
                        marks.order(),
                        marks.pieces(),
                        marks.numPieces(),
                        marks.marks(),
                        marks.counts());
    }

    @Override
    void addTree(DeviceMemory tree, int numNodes, DeviceMemory scores) {
        owner().kernel("rows", "add_tree_sparse")
                .launch(
                        Grid.covering(numRows(), THREADS, THREADS),
                        starts,
                        stored,
                        absent,
                        offsets(),
                        tree,
                        numNodes,
                        numRows(),
                        scores);
    }

    @Override
    protected void release() {
        super.release();
        owner().free(starts);
        owner().free(stored);
        owner().free(absent);
    }

    @Override
    public String toString() {
        return "cuda sparse rows " + numRows() + " x " + layout().numFeatures();
    }
}
