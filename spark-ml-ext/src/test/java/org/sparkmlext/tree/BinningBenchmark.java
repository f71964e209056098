package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.DenseRows;

/**
 * Times the steps of binning; a program, not a test.
 *
 * <p>Arguments: rows (1,000,000 by default), threads (2), repetitions (5). The table has 28 features: 22 continuous ones of
 * several scales, 4 of few distinct values, 2 with missing values. The first line's steps meet a cold JVM, as those of a fit do.
 */
public final class BinningBenchmark {

    private static final int NUM_FEATURES = 28;
    private static final int MAX_BINS = 255;

    private BinningBenchmark() {}

    public static void main(String[] args) {
        int rows = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int numThreads = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        List<TableBlock> blocks = blocks(rows);
        System.out.printf("%,d rows x %d features, %d threads; milliseconds%n", rows, NUM_FEATURES, numThreads);
        System.out.println("run   boundaries   map+measure   upload   all");
        try (Backend backend =
                        Backends.open("cpu", BackendOptions.threads(numThreads)).backend();
                HostThreads threads = new HostThreads(numThreads)) {
            for (int run = 0; run < repetitions; run++) {
                time(run, blocks, backend, threads);
            }
        }
    }

    private static void time(int run, List<TableBlock> blocks, Backend backend, HostThreads threads) {
        Runnable never = () -> {};
        long start = System.nanoTime();
        int[][] boundaries =
                new BinFinder(Collective.solo(), threads, MAX_BINS, never).boundaries(blocks, NUM_FEATURES);
        long find = System.nanoTime() - start;

        BinMapper[] mappers = Arrays.stream(boundaries).map(BinMapper::new).toArray(BinMapper[]::new);
        byte[][] columns = new byte[NUM_FEATURES][TableBlock.MAX_ROWS];
        long map = 0;
        long upload = 0;
        int[] bins = Arrays.stream(mappers).mapToInt(BinMapper::numValueBins).toArray();
        int numRows = blocks.stream().mapToInt(TableBlock::numRows).sum();
        try (DenseRows rows = backend.trees().allocateRows(new BinLayout(bins), numRows)) {
            int first = 0;
            for (TableBlock block : blocks) {
                start = System.nanoTime();
                threads.forEach(NUM_FEATURES, f -> {
                    mappers[f].mapAndMeasure(
                            block.table().column(f), block.numRows(), columns[f], new KeyRanges(bins[f]));
                });
                map += System.nanoTime() - start;
                start = System.nanoTime();
                rows.copyIn(first, columns, block.numRows());
                upload += System.nanoTime() - start;
                first += block.numRows();
            }
        }
        start = System.nanoTime();
        Binning binning = new Binning(Collective.solo(), backend.trees(), threads, never);
        binning.training(blocks, NUM_FEATURES, MAX_BINS).rows().close();
        long all = System.nanoTime() - start;
        System.out.printf("%3d %12.1f %13.1f %8.1f %5.1f%n", run, find / 1e6, map / 1e6, upload / 1e6, all / 1e6);
    }

    private static List<TableBlock> blocks(int numRows) {
        SplittableRandom random = new SplittableRandom(7);
        List<TableBlock> blocks = new ArrayList<>();
        for (int from = 0; from < numRows; from += TableBlock.MAX_ROWS) {
            int count = Math.min(TableBlock.MAX_ROWS, numRows - from);
            float[][] features = new float[NUM_FEATURES][count];
            for (int f = 0; f < NUM_FEATURES; f++) {
                for (int r = 0; r < count; r++) {
                    features[f][r] = value(f, random);
                }
            }
            blocks.add(new TableBlock(count, features, new float[count], null, false));
        }
        return blocks;
    }

    private static float value(int feature, SplittableRandom random) {
        double gauss = Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(6.283185307 * random.nextDouble());
        if (feature % 7 == 1) {
            return (float) Math.floor(2 + gauss);
        }
        if (feature % 14 == 3 && random.nextInt(5) == 0) {
            return Float.NaN;
        }
        return (float) (feature % 2 == 0 ? gauss * (1 + feature) : Math.exp(gauss));
    }
}
