package org.sparkmlext.tree;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Prints what scoring costs: microseconds of one thread's CPU a row, for single rows, for blocks of rows, and for walking
 * one tree after another with a branch a node. Medians of {@link #REPEATS} after a warm-up.
 *
 * <p>Arguments: none for random forests of 28 features and several shapes, or the path of a {@code model.safetensors},
 * which is then given standard normal rows.
 */
public final class ForestBenchmark {

    private static final int NUM_ROWS = 10_000;
    private static final int WARM_UPS = 5;
    private static final int REPEATS = 15;

    private ForestBenchmark() {}

    public static void main(String[] args) throws IOException {
        System.out.println("java " + System.getProperty("java.version"));
        if (args.length > 0) {
            try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
                Forest forest = ForestCodec.read(in);
                SplittableRandom random = new SplittableRandom(1);
                float[] rows = new float[NUM_ROWS * forest.numFeatures()];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = (float) random.nextGaussian();
                }
                measure(args[0], forest, rows);
            }
            return;
        }
        int[][] shapes = {{100, 1, 31}, {100, 1, 63}, {100, 1, 255}, {1000, 1, 63}, {100, 5, 63}};
        for (int[] shape : shapes) {
            RandomForests random = new RandomForests(1);
            Forest forest = random.forest(28, shape[1], shape[0], shape[2]);
            String name = "%d rounds x %d outputs, 1 to %d leaves".formatted(shape[0], shape[1], shape[2]);
            measure(name, forest, random.rows(NUM_ROWS, 28));
        }
    }

    private static void measure(String name, Forest forest, float[] rows) {
        float[][] single = new float[NUM_ROWS][];
        for (int r = 0; r < NUM_ROWS; r++) {
            single[r] = Arrays.copyOfRange(rows, r * forest.numFeatures(), (r + 1) * forest.numFeatures());
        }
        float[] scores = new float[NUM_ROWS * forest.numOutputs()];
        double rowByRow = micros(() -> {
            for (float[] row : single) {
                scores[0] += forest.rawScores(row)[0];
            }
        });
        double blocks = micros(() -> forest.rawScores(rows, NUM_ROWS, scores));
        double plain = micros(() -> {
            for (int r = 0; r < NUM_ROWS; r++) {
                for (int t = 0; t < forest.numTrees(); t++) {
                    scores[0] += forest.nodes().leafValue(t, rows, r * forest.numFeatures());
                }
            }
        });
        System.out.printf(
                Locale.ROOT, "%-50s row %6.2f  block %6.2f  plain %6.2f us a row%n", name, rowByRow, blocks, plain);
    }

    private static double micros(Runnable pass) {
        double[] times = new double[REPEATS];
        for (int i = -WARM_UPS; i < REPEATS; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            pass.run();
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            if (i >= 0) {
                times[i] = nanos / 1e3 / NUM_ROWS;
            }
        }
        Arrays.sort(times);
        return times[REPEATS / 2];
    }
}
