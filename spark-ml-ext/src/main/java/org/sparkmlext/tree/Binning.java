package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.training.OpenResources;

/**
 * Turns a rank's blocks into bins on the device, and finds the edges between the bins on the way. Closing frees all rows it
 * has allocated, also those of a call that failed.
 */
final class Binning implements AutoCloseable {

    /** Bins whose ranges ranks exchange at a time. */
    private static final int BINS_PER_EXCHANGE = 1 << 20;

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
     * @param isSparse whether rows are {@link SparseRows}, the same on all ranks; else they are {@link DenseRows}
     */
    record Result(BinnedRows rows, BinEdges edges, boolean isSparse) {}

    /**
     * Bins the training rows: one pass writes the bins and measures the gap at each boundary. Each block's features are dropped
     * as soon as it is binned. Rows are sparse if the table is, or if bins do not fit into bytes. Collective.
     */
    Result training(List<TableBlock> blocks, int numFeatures, int maxBins) {
        StoredCells cells = StoredCells.of(blocks, numFeatures, collective);
        BinFinder finder = new BinFinder(collective, threads, maxBins, cancelCheck);
        StoredValues values = cells.hasSparseBlocks() ? storedValues(blocks, numFeatures) : null;
        int[][] boundaries = values != null ? finder.boundaries(values) : finder.boundaries(blocks, numFeatures);
        KeyRanges[] ranges =
                Arrays.stream(boundaries).map(b -> new KeyRanges(b.length + 1)).toArray(KeyRanges[]::new);
        BinLayout layout = layout(boundaries);
        boolean isSparse = cells.isSparse() || !layout.fitsBytes();
        BinnedRows rows = isSparse
                ? sparse(values != null ? values : storedValues(blocks, numFeatures), layout, boundaries, ranges)
                : dense(blocks, layout, boundaries, ranges);
        return new Result(rows, edges(ranges), isSparse);
    }

    /** Bins other rows as the training rows were, and drops their features. */
    BinnedRows others(List<TableBlock> blocks, Result training) {
        int[][] boundaries = training.edges().boundaries();
        BinLayout layout = training.edges().layout();
        return training.isSparse()
                ? sparse(storedValues(blocks, boundaries.length), layout, boundaries, null)
                : dense(blocks, layout, boundaries, null);
    }

    private static BinLayout layout(int[][] boundaries) {
        return new BinLayout(
                Arrays.stream(boundaries).mapToInt(b -> b.length + 1).toArray());
    }

    private StoredValues storedValues(List<TableBlock> blocks, int numFeatures) {
        return StoredValues.of(blocks, numFeatures, numRows(blocks), threads);
    }

    private DenseRows dense(
            List<TableBlock> blocks, BinLayout layout, int[][] boundaries, KeyRanges @Nullable [] ranges) {
        BinMapper[] mappers = Arrays.stream(boundaries).map(BinMapper::new).toArray(BinMapper[]::new);
        DenseRows rows = held.add(kernels.allocateRows(layout, numRows(blocks)));
        int mostRows = blocks.stream().mapToInt(TableBlock::numRows).max().orElse(0);
        byte[][] columns = new byte[layout.numFeatures()][mostRows];
        int firstRow = 0;
        for (TableBlock block : blocks) {
            cancelCheck.run();
            threads.forEach(columns.length, f -> {
                float[] values = block.table().column(f);
                if (ranges == null) {
                    mappers[f].map(values, block.numRows(), columns[f]);
                } else {
                    mappers[f].mapAndMeasure(values, block.numRows(), columns[f], ranges[f]);
                }
            });
            rows.copyIn(firstRow, columns, block.numRows());
            block.dropFeatures();
            firstRow += block.numRows();
        }
        return rows;
    }

    private SparseRows sparse(
            StoredValues values, BinLayout layout, int[][] boundaries, KeyRanges @Nullable [] ranges) {
        ValueMapper[] mappers = new ValueMapper[boundaries.length];
        threads.forEach(mappers.length, f -> mappers[f] = ValueMapper.of(boundaries[f], values.counts()[f]));
        int[] absentBins = new int[mappers.length];
        Arrays.setAll(absentBins, f -> mappers[f].bin(values.absent()));
        for (int f = 0; ranges != null && f < ranges.length; f++) {
            if (values.absentZeros(f) > 0) {
                ranges[f].widen(SortableFloat.key(0), absentBins[f]);
            }
        }
        SparseBlockBins bins = new SparseBlockBins(values, mappers, ranges, threads);
        SparseRows rows =
                held.add(kernels.allocateSparseRows(layout, absentBins, values.counts(), numRows(values.blocks())));
        for (TableBlock block : values.blocks()) {
            cancelCheck.run();
            rows.append(bins.of(block));
            block.dropFeatures();
        }
        return rows;
    }

    /** The edges, from the gaps between the ranges over all ranks: the highest key of a bin and the lowest of the next. */
    private BinEdges edges(KeyRanges[] ranges) {
        float[][] edges = new float[ranges.length][];
        int from = 0;
        while (from < ranges.length) {
            int to = from;
            int numBins = 0;
            while (to < ranges.length && numBins < BINS_PER_EXCHANGE) {
                numBins += ranges[to++].numBins();
            }
            edges(ranges, from, to, numBins, edges);
            from = to;
        }
        return new BinEdges(edges);
    }

    private void edges(KeyRanges[] ranges, int from, int to, int numBins, float[][] edges) {
        long[] extremes = new long[2 * numBins];
        int at = 0;
        for (int f = from; f < to; f++) {
            for (int b = 0; b < ranges[f].numBins(); b++) {
                extremes[at++] = -ranges[f].lowest(b);
                extremes[at++] = ranges[f].highest(b);
            }
        }
        collective.max(extremes, 0, extremes.length);
        at = 0;
        for (int f = from; f < to; f++) {
            edges[f] = new float[ranges[f].numBins() - 1];
            for (int b = 0; b < edges[f].length; b++) {
                float below = SortableFloat.value((int) extremes[at + 2 * b + 1]);
                float above = SortableFloat.value((int) -extremes[at + 2 * b + 2]);
                edges[f][b] = BinEdges.between(below, above);
            }
            at += 2 * ranges[f].numBins();
        }
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
