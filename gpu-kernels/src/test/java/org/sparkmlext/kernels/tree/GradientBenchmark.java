package org.sparkmlext.kernels.tree;

import java.util.ArrayList;
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
        ReferenceLossKernels.Rows rows = ordinaryRows(test);
        List<Buffer> scores = new ArrayList<>();
        List<Buffer> gradients = new ArrayList<>();
        for (float[] ofOutput : rows.scores()) {
            scores.add(floats(backend, ofOutput));
            gradients.add(backend.allocate(ElementType.LONG, NUM_ROWS));
        }
        TreeKernels trees = backend.trees();
        try (Buffer labels = floats(backend, rows.labels());
                Buffer weights = floats(backend, rows.weights())) {
            List<RowMetric> metrics = test.metrics();
            double[] max = trees.maxGradients(test.loss(), scores, labels, weights);
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            long[] sums = new long[MetricSums.length(metrics)];
            long[] noSums = new long[MetricSums.length(List.of())];
            report(
                    threads,
                    test,
                    "gradients",
                    () -> trees.gradients(
                            test.loss(), scores, labels, null, null, null, scale, gradients, List.of(), noSums));
            report(
                    threads,
                    test,
                    "with metrics",
                    () -> trees.gradients(
                            test.loss(), scores, labels, null, null, null, scale, gradients, metrics, sums));
            report(
                    threads,
                    test,
                    "and weights",
                    () -> trees.gradients(
                            test.loss(), scores, labels, weights, null, null, scale, gradients, metrics, sums));
            report(threads, test, "metrics alone", () -> trees.metricSums(metrics, scores, labels, null, sums));
        }
        scores.forEach(Buffer::close);
        gradients.forEach(Buffer::close);
    }

    /** Scores and labels as a round in the middle of training meets them: those of tests are full of extremes. */
    private static ReferenceLossKernels.Rows ordinaryRows(LossCase test) {
        ReferenceLossKernels.Rows rows = test.rows(NUM_ROWS, true, 5);
        SplittableRandom random = new SplittableRandom(6);
        for (int r = 0; r < NUM_ROWS; r++) {
            for (float[] ofOutput : rows.scores()) {
                ofOutput[r] = (float) random.nextDouble(-4, 4);
            }
            rows.weights()[r] = 0.5f + random.nextInt(3);
        }
        return rows;
    }

    private static Buffer floats(Backend backend, float[] values) {
        Buffer buffer = backend.allocate(ElementType.FLOAT, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    private static void report(int threads, LossCase test, String what, Runnable kernel) {
        HistogramBenchmark.report(threads, test + ": " + what, "ns/row", NUM_ROWS, HistogramBenchmark.run(kernel));
    }
}
