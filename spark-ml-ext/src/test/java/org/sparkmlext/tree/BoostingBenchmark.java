package org.sparkmlext.tree;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * Where the time of a boosting run goes, without Spark: milliseconds a kernel on rank 0 (in brackets its calls), and the steady time a round.
 *
 * <p>Arguments, all {@code name=value}: {@code rows features bins trees leaves depth ranks threads repeat
 * metrics}. Depth-wise growth where {@code depth} is given; {@code metrics} is the period of training metrics. Rows are invented: numbers of four kinds and a label from their interactions. Ranks
 * are threads of this JVM.
 */
final class BoostingBenchmark {

    private final Map<String, Integer> options = new LinkedHashMap<>(Map.of(
            "rows",
            1_000_000,
            "features",
            28,
            "bins",
            255,
            "trees",
            100,
            "leaves",
            63,
            "depth",
            -1,
            "ranks",
            1,
            "threads",
            2,
            "repeat",
            2,
            "metrics",
            1));

    private BoostingBenchmark(String[] args) {
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (pair.length != 2 || !options.containsKey(pair[0])) {
                throw new IllegalArgumentException(arg + " is no option; there are " + options.keySet());
            }
            options.put(pair[0], Integer.valueOf(pair[1]));
        }
    }

    public static void main(String[] args) {
        new BoostingBenchmark(args).run();
    }

    private int option(String name) {
        return options.get(name);
    }

    private void run() {
        System.out.println(options);
        boolean isDepthwise = option("depth") > 0;
        BoostingSettings settings = TestSettings.defaults()
                .withTrees(option("trees"))
                .withBins(option("bins"))
                .withTrainingMetrics(option("metrics"))
                .withShape(
                        isDepthwise ? GrowPolicy.DEPTHWISE : GrowPolicy.LEAFWISE,
                        option("depth"),
                        isDepthwise ? 0 : option("leaves"))
                .build();
        for (int repeat = 0; repeat < option("repeat"); repeat++) {
            // Anew for each run: a run drops the numbers it has binned.
            List<Shard> shards = new ArrayList<>();
            for (int rank = 0; rank < option("ranks"); rank++) {
                shards.add(shard(option("rows") / option("ranks"), option("features"), rank));
            }
            measure(settings, shards);
        }
    }

    private void measure(BoostingSettings settings, List<Shard> shards) {
        Map<String, Long> nanos = new LinkedHashMap<>();
        Map<String, Integer> calls = new LinkedHashMap<>();
        List<Long> roundEnds = new ArrayList<>();
        long start = System.nanoTime();
        TrainingThreads.train(
                settings,
                shards,
                rank -> {
                    Backend backend = Backends.open("cpu", BackendOptions.threads(option("threads")))
                            .backend();
                    return rank == 0
                            ? new TimedBackend(backend, timed(backend.trees(), nanos, calls, roundEnds))
                            : backend;
                },
                List.of());
        double all = (System.nanoTime() - start) / 1e6;
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "all %.0f ms", all));
        double kernels = 0;
        for (Map.Entry<String, Long> entry : nanos.entrySet()) {
            double ms = entry.getValue() / 1e6;
            kernels += ms;
            line.append(String.format(Locale.ROOT, ", %s %.0f (%d)", entry.getKey(), ms, calls.get(entry.getKey())));
        }
        line.append(String.format(Locale.ROOT, ", rest %.0f", all - kernels));
        line.append(String.format(Locale.ROOT, "; first round ends after %.0f ms", (roundEnds.get(0) - start) / 1e6));
        if (roundEnds.size() > 25) {
            double[] steady = IntStream.range(21, roundEnds.size())
                    .mapToDouble(r -> (roundEnds.get(r) - roundEnds.get(r - 1)) / 1e6)
                    .sorted()
                    .toArray();
            line.append(String.format(Locale.ROOT, "; median round after 20: %.1f ms", steady[steady.length / 2]));
        }
        System.out.println(line);
    }

    /** The kernels, with the time of each added up; a tree added to the scores marks the end of a round. */
    private static TreeKernels timed(
            TreeKernels kernels, Map<String, Long> nanos, Map<String, Integer> calls, List<Long> roundEnds) {
        return (TreeKernels) Proxy.newProxyInstance(
                TreeKernels.class.getClassLoader(), new Class<?>[] {TreeKernels.class}, (proxy, method, args) -> {
                    long start = System.nanoTime();
                    try {
                        return method.invoke(kernels, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        long end = System.nanoTime();
                        nanos.merge(name(method.getName(), args), end - start, Long::sum);
                        calls.merge(name(method.getName(), args), 1, Integer::sum);
                        if (method.getName().equals("addLeafValues")) {
                            roundEnds.add(end);
                        }
                    }
                });
    }

    /** Histograms of the root, which reads rows in order, apart from all others. */
    @SuppressWarnings("unchecked")
    private static String name(String method, Object[] args) {
        if (!method.equals("histograms")) {
            return method;
        }
        int numRows = ((RowPartition) args[2]).numRows();
        List<TreeKernels.HistogramTask> tasks = (List<TreeKernels.HistogramTask>) args[4];
        long rows = tasks.stream().mapToLong(task -> task.rows().numRows()).sum();
        return rows == numRows ? "root histograms" : "other histograms";
    }

    private record TimedBackend(Backend backend, TreeKernels trees) implements Backend {
        @Override
        public String name() {
            return backend.name();
        }

        @Override
        public String description() {
            return backend.description();
        }

        @Override
        public Buffer allocate(ElementType type, int length) {
            return backend.allocate(type, length);
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    private static Shard shard(int numRows, int numFeatures, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TableBlock> blocks = new ArrayList<>();
        for (int from = 0; from < numRows; from += TableBlock.MAX_ROWS) {
            blocks.add(block(Math.min(TableBlock.MAX_ROWS, numRows - from), numFeatures, random));
        }
        List<String> names =
                IntStream.range(0, numFeatures).mapToObj(f -> "f" + f).toList();
        return new Shard(names, blocks, List.of());
    }

    private static TableBlock block(int numRows, int numFeatures, SplittableRandom random) {
        float[][] features = new float[numFeatures][numRows];
        float[] labels = new float[numRows];
        for (int r = 0; r < numRows; r++) {
            for (int f = 0; f < numFeatures; f++) {
                double u = random.nextDouble();
                features[f][r] = (float)
                        switch (f % 4) {
                            case 0 -> -Math.log(1 - u);
                            case 1 -> u * 3.4 - 1.7;
                            case 2 -> Math.tan(2.8 * (u - 0.5));
                            default -> Math.floor(u * 1000) / 1000;
                        };
            }
            double z = 0;
            for (int f = 1; f < numFeatures; f++) {
                z += Math.sin(3 * features[f][r]) * (features[f - 1][r] > 0.5f ? 1 : -1) / (1 + f % 5);
            }
            labels[r] = random.nextDouble() < 1 / (1 + Math.exp(-1.2 * z)) ? 1 : 0;
        }
        return new TableBlock(numRows, features, labels, null, false);
    }
}
