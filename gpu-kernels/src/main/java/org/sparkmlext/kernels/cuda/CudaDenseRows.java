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
 * partition, which wants one feature of many rows. Blocks come to the device in pieces of one copy each and are put into both there, so
 * that beside the bins it holds one piece.
 */
final class CudaDenseRows extends CudaRows implements DenseRows {

    /** Bytes of a row that a thread puts into its place. */
    private static final int PLACED_BYTES = 16;
    /** Bytes of a piece of a block, about; where rows are long those of a launch's least rows. */
    private static final int PIECE_BYTES = 8 << 20;

    private final int rowBytes;
    private final DeviceMemory columns;
    private final DeviceMemory rows;
    /** A piece on its way, here and on the device: a copy has a price of its own, whatever it is of. */
    private byte[] piece = new byte[0];

    private final CudaScratch pieceMemory;

    CudaDenseRows(CudaDevice owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        rowBytes = HistogramLaunch.rowBytes(layout.numFeatures());
        String what = "the bins of " + numRows + " rows x " + layout.numFeatures() + " features";
        columns = owner.allocate((long) numRows * layout.numFeatures(), what);
        rows = owner.allocate((long) numRows * rowBytes, what);
        pieceMemory = new CudaScratch(owner, "a piece of a block of bins");
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
        int pieceRows = Math.max(THREADS, PIECE_BYTES / Math.max(1, source.length));
        for (int from = 0; from < count; from += pieceRows) {
            place(firstRow, source, from, Math.min(pieceRows, count - from));
        }
        if (firstRow + count == numRows()) {
            // Blocks come in the order of rows: that was the last one.
            piece = new byte[0];
            pieceMemory.free();
        }
    }

    /** Places rows of a block, from a row of it on. */
    private void place(int firstRow, byte[][] source, int from, int count) {
        int bytes = Math.multiplyExact(source.length, count);
        if (piece.length < bytes) {
            piece = new byte[bytes];
        }
        for (int f = 0; f < source.length; f++) {
            System.arraycopy(source[f], from, piece, f * count, count);
        }
        DeviceMemory ofPiece = pieceMemory.bytes(bytes);
        ofPiece.copyIn(0, piece, 0, bytes);
        int numBlocks = (int) (((long) count + THREADS - 1) / THREADS);
        owner().kernel("rows", "place_rows")
                .launch(
                        new Grid(numBlocks, rowBytes / PLACED_BYTES, 1, THREADS),
                        ofPiece,
                        numRows(),
                        layout().numFeatures(),
                        rowBytes,
                        firstRow + from,
                        count,
                        columns,
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
        pieceMemory.free();
    }

    @Override
    public String toString() {
        return "cuda rows " + numRows() + " x " + layout().numFeatures();
    }
}
