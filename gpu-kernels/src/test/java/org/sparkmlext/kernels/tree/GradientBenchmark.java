package org.sparkmlext.kernels.tree;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

/**
 * Prints what a pass over rows for gradients costs, in nanoseconds a row, for every loss: without metrics, with its metrics,
 * with weights too, and the metrics alone.
 *
 * <p>Arguments: threads (default 1), device (default cpu), name of a kind of loss (default all).
 */
public final class GradientBenchmark {

    private static final int NUM_ROWS = 500_000;

    private GradientBenchmark() {}

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        String device = args.length > 1 ? args[1] : "cpu";
        try (Backend backend =
                Backends.open(device, BackendOptions.threads(threads)).backend()) {
            System.out.println(backend.description() + ", java " + System.getProperty("java.version"));
            LossCase.all()
                    .filter(test -> args.length < 3 || test.loss().kind().name().equals(args[2]))
                    .forEach(test -> measure(backend, test, threads));
        }
    }

    private static void measure(Backend backend, LossCase test, int threads) {
        TreeKernels trees = backend.trees();
        try (LossShard shard = new LossShard(backend, ordinaryRows(test));
                Buffer weights = backend.allocate(ElementType.FLOAT, NUM_ROWS)) {
            float[] someWeights = new float[NUM_ROWS];
            Arrays.fill(someWeights, 1.5f);
            weights.copyIn(0, someWeights, 0, NUM_ROWS);
            List<RowMetric> metrics = test.metrics();
            double[] max = shard.maxGradients(test.loss());
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            long[] sums = new long[MetricSums.length(metrics)];
            long[] noSums = new long[MetricSums.length(List.of())];
            report(threads, test, "gradients", () -> shard.gradients(test.loss(), scale, List.of(), noSums));
            report(threads, test, "with metrics", () -> shard.gradients(test.loss(), scale, metrics, sums));
            report(
                    threads,
                    test,
                    "and weights",
                    () -> trees.gradients(
                            test.loss(),
                            shard.scores,
                            shard.labels,
                            weights,
                            null,
                            null,
                            scale,
                            shard.gradients,
                            metrics,
                            sums));
            report(threads, test, "metrics alone", () -> shard.metricSums(metrics));
        }
    }

    /** Scores and labels as a round in the middle of training meets them: those of tests are full of extremes. */
    private static ReferenceLossKernels.Rows ordinaryRows(LossCase test) {
        ReferenceLossKernels.Rows rows = test.rows(NUM_ROWS, false, 5);
        SplittableRandom random = new SplittableRandom(6);
        for (int r = 0; r < NUM_ROWS; r++) {
            for (float[] ofOutput : rows.scores()) {
                ofOutput[r] = (float) random.nextDouble(-4, 4);
            }
        }
        return rows;
    }

    private static void report(int threads, LossCase test, String what, Runnable kernel) {
        HistogramBenchmark.report(threads, test + ": " + what, "ns/row", NUM_ROWS, HistogramBenchmark.run(kernel));
    }
}
