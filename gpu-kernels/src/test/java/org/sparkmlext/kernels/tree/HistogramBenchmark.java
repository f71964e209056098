package org.sparkmlext.kernels.tree;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;
import org.sparkmlext.kernels.tree.TreeKernels.SplitTask;

/**
 * Prints what the histogram kernel costs: nanoseconds of wall clock per (row x feature), 1,000,000 x 28 with 255 bins, for
 * the root and for nodes of a half, an eighth and a 32nd of the rows; then the other kernels in nanoseconds a row.
 *
 * <p>Arguments: threads (default 1 and 2), device (default cpu). Medians of {@link #REPEATS} after a warm-up.
 */
public final class HistogramBenchmark {

    private static final int NUM_ROWS = 1_000_000;
    private static final int NUM_FEATURES = 28;
    private static final int WARM_UPS = 4;
    private static final long WARM_UP_NANOS = 100_000_000;
    private static final int REPEATS = 21;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private HistogramBenchmark() {}

    public static void main(String[] args) {
        int[] threads = args.length > 0 ? new int[] {Integer.parseInt(args[0])} : new int[] {1, 2};
        String device = args.length > 1 ? args[1] : "cpu";
        System.out.println("java " + System.getProperty("java.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, device " + device);
        int[] bins = new int[NUM_FEATURES];
        Arrays.setAll(bins, f -> f % 4 == 3 ? 40 : 255);
        TreeData data = TreeData.random("benchmark", NUM_ROWS, bins, 0.01, 7);
        long[] gradients = gradients();
        for (int n : threads) {
            try (Backend backend =
                    Backends.open(device, BackendOptions.threads(n)).backend()) {
                measure(backend, data, gradients, n);
            }
        }
    }

    private static long[] gradients() {
        SplittableRandom random = new SplittableRandom(3);
        long[] gradients = new long[NUM_ROWS];
        for (int r = 0; r < NUM_ROWS; r++) {
            long g = random.nextInt(-GradientScale.MAX_FIXED, GradientScale.MAX_FIXED);
            gradients[r] = (g << 32) | random.nextInt(1, GradientScale.MAX_FIXED);
        }
        return gradients;
    }

    private static void measure(Backend backend, TreeData data, long[] gradients, int threads) {
        TreeKernels trees = backend.trees();
        try (BinnedRows rows = RowsKind.DENSE.of(backend, data);
                RowPartition partition = trees.allocatePartition(NUM_ROWS);
                Buffer gradient = backend.allocate(org.sparkmlext.kernels.ElementType.LONG, NUM_ROWS);
                HistogramPool pool = trees.allocateHistograms(data.layout(), 64, false);
                HistogramPool counts = trees.allocateHistograms(data.layout(), 1, true)) {
            gradient.copyIn(0, gradients, 0, NUM_ROWS);
            for (HistogramPool target : new HistogramPool[] {pool, counts}) {
                for (Precision precision : Precision.values()) {
                    String name = precision + (target.hasCounts() ? ", counts" : "");
                    partition.reset();
                    RowRange node = new RowRange(0, NUM_ROWS);
                    cells(
                            threads,
                            name + ", root",
                            node,
                            () -> trees.histograms(
                                    rows, gradient, partition, precision, tasks(new RowRange(0, NUM_ROWS)), target));
                    for (int depth = 1; depth <= 10; depth++) {
                        int feature = depth % 3;
                        int half = depth < 4 ? 127 : depth < 7 ? 63 : 31;
                        PartitionTask task = new PartitionTask(node, feature, half, false);
                        int left = trees.partition(rows, partition, List.of(task))[0];
                        node = new RowRange(node.begin(), node.begin() + left);
                        RowRange now = node;
                        if (depth == 1 || depth == 3 || depth == 5 || depth == 7 || depth == 9) {
                            cells(
                                    threads,
                                    name + ", " + left + " rows",
                                    node,
                                    () -> trees.histograms(rows, gradient, partition, precision, tasks(now), target));
                        }
                    }
                }
            }
            others(trees, rows, gradient, partition, pool, threads);
        }
    }

    private static List<HistogramTask> tasks(RowRange node) {
        return List.of(new HistogramTask(node, 0));
    }

    private static void others(
            TreeKernels trees,
            BinnedRows rows,
            Buffer gradient,
            RowPartition partition,
            HistogramPool pool,
            int threads) {
        partition.reset();
        List<HistogramTask> many = new ArrayList<>();
        int each = NUM_ROWS / 64;
        for (int i = 0; i < 64; i++) {
            many.add(new HistogramTask(new RowRange(i * each, (i + 1) * each), i));
        }
        RowRange root = new RowRange(0, NUM_ROWS);
        trees.partition(rows, partition, List.of(new PartitionTask(root, 0, 1, false)));
        cells(
                threads,
                "COARSE, 64 nodes in one call",
                root,
                () -> trees.histograms(rows, gradient, partition, Precision.COARSE, many, pool));
        SplitRules rules = new SplitRules(1, 0, 0, 1, 1);
        GradientScale scale = new GradientScale(30, 30, Precision.COARSE);
        int[] features = ReferenceTreeKernels.ascending(NUM_FEATURES);
        List<SplitTask> two = List.of(new SplitTask(0, features), new SplitTask(1, features));
        report(threads, "findSplits, 2 nodes", "us", 1e3, run(() -> trees.findSplits(pool, two, rules, scale)));
        report(
                threads,
                "subtract",
                "us",
                1e3,
                run(() -> trees.subtract(pool, List.of(new TreeKernels.SubtractTask(0, 1, 2)))));
        int[] bin = {0};
        report(
                threads,
                "partition of the root",
                "ns/row",
                NUM_ROWS,
                run(() ->
                        trees.partition(rows, partition, List.of(new PartitionTask(root, bin[0]++ % 3, 127, false)))));
        report(threads, "leafSums", "ns/row", NUM_ROWS, run(() -> trees.leafSums(gradient, partition, List.of(root))));
    }

    private static void cells(int threads, String name, RowRange node, Runnable kernel) {
        report(threads, name, "ns/(row x feature)", (double) node.numRows() * NUM_FEATURES, run(kernel));
    }

    /**
     * Figures of one kernel call.
     *
     * @param min fastest call, wall clock
     * @param median median call, wall clock
     * @param cpu CPU time of the whole process a call: what is left to look at on a machine that others use too
     */
    record Nanos(double min, double median, double cpu) {}

    static Nanos run(Runnable kernel) {
        long warm = System.nanoTime() + WARM_UP_NANOS;
        for (int i = 0; i < WARM_UPS || System.nanoTime() < warm; i++) {
            kernel.run();
        }
        long[] nanos = new long[REPEATS];
        long cpuStart = PROCESS.getProcessCpuTime();
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            kernel.run();
            nanos[i] = System.nanoTime() - start;
        }
        long cpu = PROCESS.getProcessCpuTime() - cpuStart;
        Arrays.sort(nanos);
        return new Nanos(nanos[0], nanos[REPEATS / 2], (double) cpu / REPEATS);
    }

    static void report(int threads, String name, String unit, double per, Nanos nanos) {
        System.out.printf(
                Locale.ROOT,
                "%d  %-30s median %8.3f  min %8.3f  cpu %8.3f %s%n",
                threads,
                name,
                nanos.median() / per,
                nanos.min() / per,
                nanos.cpu() / per,
                unit);
    }
}
