package org.sparkmlext.kernels.cpu;

import java.util.Objects;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * Bins in two layouts: row-major for histograms, which want all features of a row, and column-major for the partition and
 * for trees, which want one feature of many rows.
 *
 * <p>Row-major bins are packed eight to a long, lowest byte first, since one 64-bit load for eight bins is what makes the
 * histogram loop fast. Features are cut into tiles of {@link #TILE_FEATURES}, each on its own: a tile's row is one
 * cache line, a tile's histogram stays in the L2 cache, and no array outgrows an int index.
 */
abstract class CpuByteRows extends CpuRows implements DenseRows {

    static final int TILE_FEATURES = 64;
    static final int WORD_FEATURES = 8;

    CpuByteRows(CpuBackend owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        // Every index of a tile, eight longs a row, is an int.
        if (numRows > TreeKernels.MAX_ROWS) {
            throw new KernelException("cpu: " + numRows + " rows were asked for in one matrix; at most "
                    + TreeKernels.MAX_ROWS + " fit. Use more workers.");
        }
    }

    static int numTiles(BinLayout layout) {
        return (layout.numFeatures() + TILE_FEATURES - 1) / TILE_FEATURES;
    }

    /** Longs of one row of a tile. */
    static int tileWords(BinLayout layout, int tile) {
        int features = Math.min(TILE_FEATURES, layout.numFeatures() - tile * TILE_FEATURES);
        return (features + WORD_FEATURES - 1) / WORD_FEATURES;
    }

    /** Longs of one row, over all tiles. */
    static int rowWords(BinLayout layout) {
        return (layout.numFeatures() + WORD_FEATURES - 1) / WORD_FEATURES;
    }

    static long sizeBytes(BinLayout layout, int numRows) {
        return (long) numRows * (layout.numFeatures() + (long) rowWords(layout) * Long.BYTES);
    }

    @Override
    public final void copyIn(int firstRow, byte[][] source, int count) {
        requireOpen();
        Objects.checkFromIndexSize(firstRow, count, numRows());
        layout().requireColumns(source, count);
        owner().team().forEach(source.length, (worker, f) -> {
            layout().requireBins(f, source[f], firstRow, count);
            putColumn(f, firstRow, source[f], count);
        });
        putRows(firstRow, source, count);
    }

    /** Takes one feature's bins of a block of rows, column-major. Called for several features at once. */
    abstract void putColumn(int feature, int firstRow, byte[] bins, int count);

    /** Takes the bins of a block of rows, row-major. */
    abstract void putRows(int firstRow, byte[][] source, int count);

    @Override
    public String toString() {
        return "cpu rows " + numRows() + " x " + layout().numFeatures();
    }
}
