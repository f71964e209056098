package org.sparkmlext.kernels.cuda;

import java.util.Objects;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.DenseRows;

/**
 * Dense bins in two layouts: row-major for histograms and trees, which want all features of a row, and column-major for the
 * partition, which wants one feature of many rows. The rows are made from the columns on the device.
 */
final class CudaDenseRows extends CudaRows implements DenseRows {

    /** Bytes of a row that a thread makes. */
    private static final int PACKED_BYTES = 16;

    private final int rowBytes;
    private final DeviceMemory columns;
    private final DeviceMemory rows;

    CudaDenseRows(CudaDevice owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        rowBytes = HistogramLaunch.rowBytes(layout.numFeatures());
        String what = "the bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        columns = owner.allocate((long) numRows * layout.numFeatures(), what);
        rows = owner.allocate((long) numRows * rowBytes, what);
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
        for (int f = 0; f < source.length; f++) {
            columns.copyIn((long) f * numRows() + firstRow, source[f], 0, count);
        }
        int numBlocks = (int) (((long) count + THREADS - 1) / THREADS);
        owner().kernel("rows", "pack_rows")
                .launch(
                        new Grid(numBlocks, rowBytes / PACKED_BYTES, 1, THREADS),
                        columns,
                        numRows(),
                        layout().numFeatures(),
                        rowBytes,
                        firstRow,
                        count,
                        rows);
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
    }

    @Override
    public String toString() {
        return "cuda rows " + numRows() + " x " + layout().numFeatures();
    }
}
