package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * Turns a rank's blocks into bins on the device, and finds the edges between the bins on the way. Closing frees all rows it
 * has allocated, also those of a call that failed.
 */
final class Binning implements AutoCloseable {

    private final Collective collective;
    private final TreeKernels kernels;
    private final HostThreads threads;
    private final Runnable cancelCheck;
    private final OpenResources held = new OpenResources();

    /** @param cancelCheck throws when the run was cancelled; called for every block */
    Binning(Collective collective, TreeKernels kernels, HostThreads threads, Runnable cancelCheck) {
        this.cancelCheck = cancelCheck;
        this.collective = collective;
        this.kernels = kernels;
        this.threads = threads;
    }

    /**
     * @param rows the binned training rows; the caller may close them, as closing the binning does
     * @param edges the edges between their bins, the same on all ranks
     */
    record Result(BinnedRows rows, BinEdges edges) {}

    /**
     * Bins the training rows: one pass writes the bins and measures the gap at each boundary. Each block's features are dropped
     * as soon as it is binned.
     */
    Result training(List<TableBlock> blocks, int numFeatures, int maxBins) {
        int[][] boundaries = new BinFinder(collective, threads, maxBins, cancelCheck).boundaries(blocks, numFeatures);
        BinMapper[] mappers = Arrays.stream(boundaries).map(BinMapper::new).toArray(BinMapper[]::new);
        int[] numValueBins =
                Arrays.stream(mappers).mapToInt(BinMapper::numValueBins).toArray();
        KeyRanges[] ranges =
                Arrays.stream(numValueBins).mapToObj(KeyRanges::new).toArray(KeyRanges[]::new);
        DenseRows rows = held.add(kernels.allocateRows(new BinLayout(numValueBins), numRows(blocks)));
        fill(rows, blocks, (f, values, count, bins) -> mappers[f].mapAndMeasure(values, count, bins, ranges[f]));
        return new Result(rows, edges(ranges));
    }

    /** Bins other rows by known edges, and drops their features. */
    BinnedRows others(List<TableBlock> blocks, BinEdges edges) {
        BinMapper[] mappers = new BinMapper[edges.edges().length];
        Arrays.setAll(mappers, edges::mapper);
        DenseRows rows = held.add(kernels.allocateRows(edges.layout(), numRows(blocks)));
        fill(rows, blocks, (f, values, count, bins) -> mappers[f].map(values, count, bins));
        return rows;
    }

    private interface ColumnMapper {
        void map(int feature, float[] values, int count, byte[] bins);
    }

    private void fill(DenseRows rows, List<TableBlock> blocks, ColumnMapper mapper) {
        int numFeatures = rows.layout().numFeatures();
        int mostRows = blocks.stream().mapToInt(TableBlock::numRows).max().orElse(0);
        byte[][] columns = new byte[numFeatures][mostRows];
        int firstRow = 0;
        for (TableBlock block : blocks) {
            cancelCheck.run();
            threads.forEach(numFeatures, f -> mapper.map(f, block.features().column(f), block.numRows(), columns[f]));
            rows.copyIn(firstRow, columns, block.numRows());
            block.dropFeatures();
            firstRow += block.numRows();
        }
    }

    /** The edges, from the gaps between the ranges over all ranks: the highest key of a bin and the lowest of the next. */
    private BinEdges edges(KeyRanges[] ranges) {
        int total = Arrays.stream(ranges).mapToInt(KeyRanges::numBins).sum();
        long[] extremes = new long[2 * total];
        int at = 0;
        for (KeyRanges ofFeature : ranges) {
            for (int b = 0; b < ofFeature.numBins(); b++) {
                extremes[at++] = -ofFeature.lowest(b);
                extremes[at++] = ofFeature.highest(b);
            }
        }
        collective.max(extremes, 0, extremes.length);
        float[][] edges = new float[ranges.length][];
        at = 0;
        for (int f = 0; f < ranges.length; f++) {
            edges[f] = new float[ranges[f].numBins() - 1];
            for (int b = 0; b < edges[f].length; b++) {
                float below = SortableFloat.value((int) extremes[at + 2 * b + 1]);
                float above = SortableFloat.value((int) -extremes[at + 2 * b + 2]);
                edges[f][b] = BinEdges.between(below, above);
            }
            at += 2 * ranges[f].numBins();
        }
        return new BinEdges(edges);
    }

    private static int numRows(List<TableBlock> blocks) {
        long rows = blocks.stream().mapToLong(TableBlock::numRows).sum();
        if (rows > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("one worker has " + rows + " rows; it can hold at most "
                    + (Integer.MAX_VALUE - 8) + ". Use more workers (numWorkers).");
        }
        return (int) rows;
    }

    @Override
    public void close() {
        held.close();
    }
}
