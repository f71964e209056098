package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** Dense bins on the heap. */
final class CpuDenseRows extends CpuByteRows {

    /**
     * Longs left empty before the first row. A large array begins at a boundary of the heap's regions, its elements 16 bytes
     * later: 6 more longs and a row of 4 or 8 longs lies within one cache line instead of two.
     */
    private static final int LEAD_WORDS = 6;

    /** Rows of one piece of work of {@link #putRows}. */
    private static final int PIECE_ROWS = 16384;

    private byte[][] columns;
    private long[][] tiles;

    CpuDenseRows(CpuBackend owner, BinLayout layout, int numRows) {
        super(owner, layout, numRows);
        columns = new byte[layout.numFeatures()][numRows];
        tiles = new long[numTiles(layout)][];
        for (int t = 0; t < tiles.length; t++) {
            tiles[t] = new long[LEAD_WORDS + numRows * tileWords(layout, t)];
        }
    }

    /** Index of a row's first word in the array of a tile with rows of {@code stride} words. */
    static int wordIndex(int row, int stride) {
        return LEAD_WORDS + row * stride;
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
    void putColumn(int feature, int firstRow, byte[] bins, int count) {
        System.arraycopy(bins, 0, columns[feature], firstRow, count);
    }

    @Override
    void putRows(int firstRow, byte[][] source, int count) {
        int pieces = (count + PIECE_ROWS - 1) / PIECE_ROWS;
        owner().team().forEach(rowWords(layout()) * pieces, (worker, item) -> {
            int begin = firstRow + item % pieces * PIECE_ROWS;
            packWord(item / pieces, begin, Math.min(firstRow + count, begin + PIECE_ROWS));
        });
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
}
