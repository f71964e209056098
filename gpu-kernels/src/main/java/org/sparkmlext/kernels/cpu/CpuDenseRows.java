package org.sparkmlext.kernels.cpu;

import java.util.List;
import java.util.Objects;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * Bins in two layouts: row-major for histograms, which want all features of a row, and column-major for the partition and
 * for trees, which want one feature of many rows.
 *
 * <p>Row-major bins are packed eight to a long, lowest byte first, since one 64-bit load for eight bins is what makes the
 * histogram loop fast. Features are cut into tiles of {@link #TILE_FEATURES}, each with its own array: a tile's row is one
 * cache line, a tile's histogram stays in the L2 cache, and no array outgrows an int index.
 */
final class CpuDenseRows extends CpuRows implements DenseRows {

    static final int TILE_FEATURES = 64;
    static final int WORD_FEATURES = 8;

    /**
     * Longs left empty before the first row. A large array begins at a boundary of the heap's regions, its elements 16 bytes
     * later: 6 more longs and a row of 4 or 8 longs lies within one cache line instead of two.
     */
    private static final int LEAD_WORDS = 6;

    /** Rows of one piece of work of {@link #copyIn}. */
    private static final int PIECE_ROWS = 16384;

    private byte[][] columns;
    private long[][] tiles;

    CpuDenseRows(CpuBackend owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        // Every index of a tile, eight longs a row, is an int.
        if (numRows > TreeKernels.MAX_ROWS) {
            throw new KernelException("cpu: " + numRows + " rows were asked for in one matrix; at most "
                    + TreeKernels.MAX_ROWS + " fit. Use more workers.");
        }
        columns = new byte[layout.numFeatures()][numRows];
        tiles = new long[numTiles(layout)][];
        for (int t = 0; t < tiles.length; t++) {
            tiles[t] = new long[LEAD_WORDS + numRows * tileWords(layout, t)];
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

    /** Index of a row's first word in the array of a tile with rows of {@code stride} words. */
    static int wordIndex(int row, int stride) {
        return LEAD_WORDS + row * stride;
    }

    static long sizeBytes(BinLayout layout, int numRows) {
        return (long) numRows * (layout.numFeatures() + (long) rowWords(layout) * Long.BYTES);
    }

    byte[] column(int feature) {
        return columns[feature];
    }

    long[] tile(int tile) {
        return tiles[tile];
    }

    @Override
    int[] move(CpuPartition partition, List<PartitionTask> tasks) {
        ThreadTeam team = owner().team();
        return new RowMover(new DenseDivider(this, tasks), partition, tasks, team.numThreads()).run(team);
    }

    @Override
    TreeWalk walk(BinTree tree) {
        return new DenseTreeWalk(this, tree);
    }

    @Override
    public void copyIn(int firstRow, byte[][] source, int count) {
        requireOpen();
        Objects.checkFromIndexSize(firstRow, count, numRows());
        int numFeatures = layout().numFeatures();
        if (source.length != numFeatures) {
            throw new IllegalArgumentException(
                    "a block has " + source.length + " columns; these rows have " + numFeatures + " features");
        }
        for (int f = 0; f < source.length; f++) {
            Objects.checkFromIndexSize(0, count, source[f].length);
        }
        owner().team().forEach(source.length, (worker, f) -> {
            requireBinsOf(f, source[f], firstRow, count);
            System.arraycopy(source[f], 0, columns[f], firstRow, count);
        });
        int pieces = (count + PIECE_ROWS - 1) / PIECE_ROWS;
        owner().team().forEach(rowWords(layout()) * pieces, (worker, item) -> {
            int begin = firstRow + item % pieces * PIECE_ROWS;
            packWord(item / pieces, begin, Math.min(firstRow + count, begin + PIECE_ROWS));
        });
    }

    private void requireBinsOf(int feature, byte[] bins, int firstRow, int count) {
        int missing = layout().missingBin(feature);
        int signs = 0;
        for (int i = 0; i < count; i++) {
            signs |= missing - (bins[i] & 255);
        }
        if (signs < 0) {
            int i = 0;
            while ((bins[i] & 255) <= missing) {
                i++;
            }
            throw new IllegalArgumentException("feature " + feature + ", row " + (firstRow + i) + " has bin "
                    + (bins[i] & 255) + "; allowed are 0 to " + missing + ", of which the last means missing");
        }
    }

    /** Packs eight columns, already copied in, into the longs that hold them. */
    private void packWord(int word, int begin, int end) {
        int tile = word * WORD_FEATURES / TILE_FEATURES;
        long[] target = tiles[tile];
        int stride = tileWords(layout(), tile);
        int inTile = word - tile * (TILE_FEATURES / WORD_FEATURES);
        for (int row = begin, at = wordIndex(begin, stride) + inTile; row < end; row++, at += stride) {
            target[at] = 0;
        }
        int lastFeature = Math.min(layout().numFeatures(), (word + 1) * WORD_FEATURES);
        for (int f = word * WORD_FEATURES, shift = 0; f < lastFeature; f++, shift += Byte.SIZE) {
            byte[] column = columns[f];
            for (int row = begin, at = wordIndex(begin, stride) + inTile; row < end; row++, at += stride) {
                target[at] |= (column[row] & 255L) << shift;
            }
        }
    }

    @Override
    void release() {
        columns = new byte[0][];
        tiles = new long[0][];
    }

    @Override
    public String toString() {
        return "cpu rows " + numRows() + " x " + layout().numFeatures();
    }
}
