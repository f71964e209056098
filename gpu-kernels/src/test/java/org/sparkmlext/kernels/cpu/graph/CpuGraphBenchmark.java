package org.sparkmlext.kernels.cpu.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.StepTime;

/**
 * Time of a training step. Arguments: {@code vgg|small}, batch, seconds, {@code float32|bfloat16}, threads, then any of
 * {@code unfused} for a step an op, {@code serial} for Java's loops on one thread, {@code ops} for the time by op and {@code steps} for the steps one by one.
 */
final class CpuGraphBenchmark {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final int ARGUMENTS = 5;
    private static final int PROFILED = 10;
    /** The optimiser's loops are compiled after some hundred chunks. */
    private static final double WARM_SECONDS = 8;

    private CpuGraphBenchmark() {}

    public static void main(String[] args) {
        List<String> options = List.of(args).subList(ARGUMENTS, args.length);
        int batch = Integer.parseInt(args[1]);
        Graph graph = args[0].equals("vgg") ? Networks.vgg(batch) : Networks.small(batch);
        Precision precision = Precision.valueOf(args[3].toUpperCase(Locale.ROOT));
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(Integer.parseInt(args[4])))
                        .backend();
                Training training = new Training(
                        options.contains("serial") ? serial(Integer.parseInt(args[4])) : backend.graphs(),
                        graph,
                        precision,
                        !options.contains("unfused"))) {
            double first = training.step();
            repeat(training, WARM_SECONDS);
            double[] millis = repeat(training, Double.parseDouble(args[2]));
            Arrays.sort(millis);
            System.out.printf(
                    Locale.ROOT,
                    "RESULT ours model=%s batch=%d %s threads=%s %s med_ms=%.2f best_ms=%.2f steps=%d MiB=%.1f loss %.4f -> %.4f%n",
                    args[0],
                    batch,
                    args[3],
                    args[4],
                    options,
                    millis[millis.length / 2],
                    millis[0],
                    millis.length,
                    training.program.memoryBytes() / (double) (1 << 20),
                    first,
                    training.step());
            if (options.contains("ops") || options.contains("steps")) {
                profile(training, options.contains("steps"));
            }
        }
    }

    private static CpuGraphKernels serial(int threads) {
        return new CpuGraphKernels(threads, (item, count) -> {
            for (int i = 0; i < count; i++) {
                item.accept(i);
            }
        });
    }

    private static double[] repeat(Training training, double seconds) {
        long start = System.nanoTime();
        double[] millis = new double[100_000];
        int count = 0;
        while (count < 3 || (System.nanoTime() - start < seconds * 1e9 && count < millis.length)) {
            long from = System.nanoTime();
            training.step();
            millis[count++] = (System.nanoTime() - from) / NANOS_PER_MILLI;
        }
        return Arrays.copyOf(millis, count);
    }

    private static void profile(Training training, boolean eachStep) {
        Map<String, Double> byOp = new TreeMap<>();
        double total = 0;
        for (StepTime time : training.program.profile(new RunKey(1, 1), PROFILED)) {
            byOp.merge(time.what(), time.millis(), Double::sum);
            total += time.millis();
            if (eachStep) {
                System.out.printf(
                        Locale.ROOT,
                        "  %-12s %-28s %8.3f %s%n",
                        time.layer(),
                        time.what(),
                        time.millis(),
                        time.detail());
            }
        }
        long start = System.nanoTime();
        for (int i = 0; i < PROFILED; i++) {
            training.optimizer.update(i, 1e-6f);
        }
        byOp.put("optimizer", (System.nanoTime() - start) / NANOS_PER_MILLI / PROFILED);
        byOp.forEach((what, millis) -> System.out.printf(Locale.ROOT, "  %-28s %8.3f ms%n", what, millis));
        System.out.printf(Locale.ROOT, "  total of steps %.3f ms%n", total);
    }
}
