package org.sparkmlext.kernels.cuda;

import java.util.Objects;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.DenseRows;

/**
 * Dense bins in two layouts: row-major for histograms and trees, which want all features of a row, and column-major for the
 * partition, which wants one feature of many rows. Blocks come to the device in one copy each and are put into both there.
 */
final class CudaDenseRows extends CudaRows implements DenseRows {

    /** Bytes of a row that a thread puts into its place. */
    private static final int PLACED_BYTES = 16;

    private final int rowBytes;
    private final DeviceMemory columns;
    private final DeviceMemory rows;
    /** A block on its way, here and on the device: a copy has a price of its own, whatever it is of. */
    private byte[] block = new byte[0];

    private final CudaScratch blockMemory;

    CudaDenseRows(CudaDevice owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        rowBytes = HistogramLaunch.rowBytes(layout.numFeatures());
        String what = "the bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        columns = owner.allocate((long) numRows * layout.numFeatures(), what);
        rows = owner.allocate((long) numRows * rowBytes, what);
        blockMemory = new CudaScratch(owner, "a block of bins");
    }

    /** Bins row by row, {@link #rowBytes} each. */
    DeviceMemory rows() {
        return rows;
    }

    int rowBytes() {
        return rowBytes;
    }

    @Override
    public void copyIn(int firstRow, byte[][] source, int count) {
        requireOpen();
        Objects.checkFromIndexSize(firstRow, count, numRows());
        layout().requireColumns(source, count);
        for (int f = 0; f < source.length; f++) {
            layout().requireBins(f, source[f], firstRow, count);
        }
        if (count == 0) {
            return;
        }
        int bytes = Math.multiplyExact(source.length, count);
        if (block.length < bytes) {
            block = new byte[bytes];
        }
        for (int f = 0; f < source.length; f++) {
            System.arraycopy(source[f], 0, block, f * count, count);
        }
        DeviceMemory ofBlock = blockMemory.bytes(bytes);
        ofBlock.copyIn(0, block, 0, bytes);
        int numBlocks = (int) (((long) count + THREADS - 1) / THREADS);
        owner().kernel("rows", "place_rows")
                .launch(
                        new Grid(numBlocks, rowBytes / PLACED_BYTES, 1, THREADS),
                        ofBlock,
                        numRows(),
                        layout().numFeatures(),
                        rowBytes,
                        firstRow,
                        count,
                        columns,
                        rows);
        if (firstRow + count == numRows()) {
            // Blocks come in the order of rows: that was the last one.
            block = new byte[0];
            blockMemory.free();
        }
    }

    @Override
    void markLeft(PartitionMarks marks) {
        owner().kernel("rows", "mark_left_dense")
                .launch(
                        Grid.of(marks.numPieces(), THREADS),
                        columns,
                        numRows(),
                        marks.splits(),
                        marks.order(),
                        marks.pieces(),
                        marks.numPieces(),
                        marks.marks(),
                        marks.counts());
    }

    @Override
    void addTree(DeviceMemory tree, int numNodes, DeviceMemory scores) {
        owner().kernel("rows", "add_tree_dense")
                .launch(
                        Grid.covering(numRows(), THREADS, THREADS),
                        rows,
                        rowBytes,
                        offsets(),
                        tree,
                        numNodes,
                        numRows(),
                        scores);
    }

    @Override
    protected void release() {
        super.release();
        owner().free(columns);
        owner().free(rows);
        blockMemory.free();
    }

    @Override
    public String toString() {
        return "cuda rows " + numRows() + " x " + layout().numFeatures();
    }
}
