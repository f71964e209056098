package org.sparkmlext.kernels.cpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.MappedFile;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/**
 * Dense bins in a mapped file: the tiles one after another, then the columns. A histogram's block of rows is copied into the
 * heap before it is added.
 *
 * <p>A mapping holds a run of rows of one tile, a power of two of them, or a run of whole columns.
 */
final class CpuMappedRows extends CpuByteRows {

    /** Rows of one piece of work of {@link #putRows}: some 100 kB at most. */
    private static final int PIECE_ROWS = 2048;

    private final MappedFile file;
    private ByteBuffer[] columns;
    /** {@code [tile][run of rows]}. */
    private LongBuffer[][] tiles;
    /** Of each tile: the logarithm of the rows of a run. */
    private final int[] shifts;
    /** Of each tile: where it begins in the file; last, where the columns begin. */
    private final long[] offsets;

    private CpuMappedRows(CpuBackend owner, BinLayout layout, int numRows, MappedFile file) {
        super(owner, layout, numRows);
        this.file = file;
        columns = new ByteBuffer[layout.numFeatures()];
        tiles = new LongBuffer[numTiles(layout)][];
        shifts = new int[tiles.length];
        offsets = new long[tiles.length + 1];
    }

    /**
     * Makes the file and maps it.
     *
     * @param segmentBytes most bytes of a mapping, unless a single row or column has more
     * @throws KernelException if the directory has no room or cannot be written to; with numbers
     */
    static CpuMappedRows create(CpuBackend owner, BinLayout layout, int numRows, Path directory, int segmentBytes) {
        owner.requireOpen();
        try {
            MappedFile file = MappedFile.create(directory, "spark-ml-ext-bins", sizeBytes(layout, numRows));
            try {
                CpuMappedRows rows = new CpuMappedRows(owner, layout, numRows, file);
                rows.mapTiles(segmentBytes);
                rows.mapColumns(segmentBytes);
                owner.hold(rows);
                return rows;
            } catch (IOException | RuntimeException | Error e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw noRoom("the bins of " + numRows + " rows x " + layout.numFeatures() + " features", e);
        }
    }

    private static KernelException noRoom(String what, IOException cause) {
        return new KernelException(
                "cpu: no room on the disk for " + what + ": " + cause.getMessage()
                        + ". Use a local directory (spark.local.dir) on a larger disk, or more workers.",
                cause);
    }

    private void mapTiles(int segmentBytes) throws IOException {
        for (int t = 0; t < tiles.length; t++) {
            long rowBytes = rowBytes(t);
            int runRows = Integer.highestOneBit(Math.max(1, (int) (segmentBytes / rowBytes)));
            shifts[t] = Integer.numberOfTrailingZeros(runRows);
            tiles[t] = new LongBuffer[(int) (((long) numRows() + runRows - 1) / runRows)];
            for (int run = 0; run < tiles[t].length; run++) {
                long firstRow = (long) run * runRows;
                long bytes = Math.min(runRows, numRows() - firstRow) * rowBytes;
                tiles[t][run] = file.map(offsets[t] + firstRow * rowBytes, bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asLongBuffer();
            }
            offsets[t + 1] = offsets[t] + numRows() * rowBytes;
        }
    }

    private void mapColumns(int segmentBytes) throws IOException {
        int runColumns = Math.max(1, segmentBytes / Math.max(1, numRows()));
        for (int first = 0; first < columns.length; first += runColumns) {
            int count = Math.min(runColumns, columns.length - first);
            ByteBuffer run = file.map(columnOffset(first), (long) count * numRows());
            for (int i = 0; i < count; i++) {
                columns[first + i] = run.slice(i * numRows(), numRows());
            }
        }
    }

    private long rowBytes(int tile) {
        return (long) tileWords(layout(), tile) * Long.BYTES;
    }

    private long columnOffset(int feature) {
        return offsets[tiles.length] + (long) feature * numRows();
    }

    /** One feature's bins, a byte a row. */
    ByteBuffer column(int feature) {
        return columns[feature];
    }

    /** Copies rows that follow one another: all words of a row, then those of the next. */
    void copyRows(int tile, int firstRow, int count, long[] out) {
        LongBuffer[] runs = tiles[tile];
        int stride = tileWords(layout(), tile);
        int mask = (1 << shifts[tile]) - 1;
        int done = 0;
        while (done < count) {
            int row = firstRow + done;
            int rows = Math.min(count - done, mask + 1 - (row & mask));
            runs[row >>> shifts[tile]].get((row & mask) * stride, out, done * stride, rows * stride);
            done += rows;
        }
    }

    /**
     * Copies rows here and there: word {@code w} of row {@code i} to {@code w * BLOCK_ROWS + i}.
     *
     * @return something made of all rows' words, for the caller to keep, so that the compiler keeps the reads that bring the rows
     *     into the cache first, see {@link HistogramScratch#addGathered}
     */
    long gatherRows(int tile, int[] rows, int count, long[] out) {
        LongBuffer[] runs = tiles[tile];
        int stride = tileWords(layout(), tile);
        int shift = shifts[tile];
        int mask = (1 << shift) - 1;
        long touched = 0;
        for (int i = 0; i < count; i++) {
            touched += runs[rows[i] >>> shift].get((rows[i] & mask) * stride);
        }
        for (int i = 0; i < count; i++) {
            LongBuffer run = runs[rows[i] >>> shift];
            int from = (rows[i] & mask) * stride;
            for (int w = 0; w < stride; w++) {
                out[w * HistogramScratch.BLOCK_ROWS + i] = run.get(from + w);
            }
        }
        return touched;
    }

    @Override
    int[] move(CpuPartition partition, List<PartitionTask> tasks) {
        ThreadTeam team = owner().team();
        return new RowMover(new MappedDivider(this, tasks), partition, tasks, team.numThreads()).run(team);
    }

    @Override
    TreeWalk walk(BinTree tree) {
        return new MappedTreeWalk(this, tree);
    }

    @Override
    void putColumn(int feature, int firstRow, byte[] bins, int count) {
        write(columnOffset(feature) + firstRow, ByteBuffer.wrap(bins, 0, count));
    }

    @Override
    void putRows(int firstRow, byte[][] source, int count) {
        int pieces = (count + PIECE_ROWS - 1) / PIECE_ROWS;
        owner().team().forEach(tiles.length * pieces, (worker, item) -> {
            int begin = item % pieces * PIECE_ROWS;
            putRows(item / pieces, firstRow, source, begin, Math.min(count, begin + PIECE_ROWS));
        });
    }

    /** Rows {@code [begin, end)} of a block, one tile. A long's lowest byte comes first, so its bytes are the features in order. */
    private void putRows(int tile, int firstRow, byte[][] source, int begin, int end) {
        int rowBytes = (int) rowBytes(tile);
        int firstFeature = tile * TILE_FEATURES;
        int features = Math.min(TILE_FEATURES, layout().numFeatures() - firstFeature);
        byte[] packed = new byte[(end - begin) * rowBytes];
        for (int j = 0; j < features; j++) {
            byte[] column = source[firstFeature + j];
            for (int row = begin, at = j; row < end; row++, at += rowBytes) {
                packed[at] = column[row];
            }
        }
        write(offsets[tile] + (long) (firstRow + begin) * rowBytes, ByteBuffer.wrap(packed));
    }

    private void write(long position, ByteBuffer bytes) {
        try {
            file.write(position, bytes);
        } catch (IOException e) {
            throw noRoom("the bins of " + numRows() + " rows x " + layout().numFeatures() + " features", e);
        }
    }

    @Override
    void release() {
        columns = new ByteBuffer[0];
        tiles = new LongBuffer[0][];
        owner().release(this);
        file.close();
    }
}
