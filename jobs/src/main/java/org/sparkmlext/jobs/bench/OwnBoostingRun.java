package org.sparkmlext.jobs.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.GrowPolicy;
import org.sparkmlext.tree.Objective;

/**
 * Boosting without Spark on rows of the set {@code higgs}: seconds of whole trainings, seconds by kernel, and whether devices make the same
 * model, byte for byte.
 *
 * <p>Arguments, all {@code name=value}, with their defaults: {@code rows=1000000 trees=100 leaves=63 bins=255 metrics=1 ranks=1
 * repeat=2 devices=cpu}, {@code depth=} for depth-wise growth, {@code threads=} of each rank (all cores, shared by the ranks).
 * {@code metrics} is the period of training metrics, {@code devices} a list by commas. For each device: a small training that warms up,
 * {@code repeat} trainings as they are, and one with every kernel of rank 0 waited for and timed.
 */
public final class OwnBoostingRun {

    private static final int WARM_ROWS = 20_000;
    private static final int WARM_TREES = 3;
    private static final List<String> NAMES =
            IntStream.range(0, HiggsNumbers.FEATURES).mapToObj(f -> "f" + f).toList();

    /** Columns of a block; each training gets blocks of its own around them, since it lets go of the features that it has binned. */
    private record Columns(float[][] features, float[] labels) {

        static Columns of(int from, int count) {
            HiggsNumbers numbers = new HiggsNumbers(HiggsNumbers.TRAIN_SEED);
            Columns columns = new Columns(new float[HiggsNumbers.FEATURES][count], new float[count]);
            for (int r = 0; r < count; r++) {
                float[] row = numbers.row(from + r);
                for (int f = 0; f < HiggsNumbers.FEATURES; f++) {
                    columns.features[f][r] = row[f];
                }
                columns.labels[r] = row[HiggsNumbers.FEATURES];
            }
            return columns;
        }

        TableBlock block() {
            return new TableBlock(labels.length, features.clone(), labels, null, false);
        }
    }

    private final RunArguments arguments;
    private final int ranks;
    private final int threads;

    private OwnBoostingRun(RunArguments arguments) {
        this.arguments = arguments;
        ranks = number("ranks", 1);
        threads = number("threads", Math.max(1, Runtime.getRuntime().availableProcessors() / ranks));
    }

    public static void main(String[] args) throws InterruptedException {
        new OwnBoostingRun(new RunArguments(args)).run();
    }

    private int number(String name, int defaultValue) {
        return Integer.parseInt(arguments.text(name, String.valueOf(defaultValue)));
    }

    private void run() throws InterruptedException {
        int numRows = number("rows", 1_000_000);
        int trees = number("trees", 100);
        print("%d rows x %d, %d trees, %d ranks of %d threads", numRows, NAMES.size(), trees, ranks, threads);
        List<Columns> rows = columns(numRows);
        List<Columns> few = columns(Math.min(numRows, WARM_ROWS));
        byte @Nullable [] first = null;
        for (String device : arguments.text("devices", "cpu").split(",", -1)) {
            try (Backend opened = open(device)) {
                print("%s: %s", device, opened.description());
            }
            print("  warming up: %s", text(train(few, Math.min(trees, WARM_TREES), device)));
            for (int repeat = 0; repeat < number("repeat", 2); repeat++) {
                BareBoosting training = train(rows, trees, device);
                print("  training: %s%s", text(training), compared(training.model(), first));
                first = first == null ? training.model() : first;
            }
            byte[] model = timed(rows, trees, device, first);
            first = first == null ? model : first;
        }
        print("most memory that this process held: %d MiB", RunReport.peakRssMegabytes());
    }

    private BareBoosting train(List<Columns> rows, int trees, String device) throws InterruptedException {
        return BareBoosting.train(settings(trees), shards(rows), rank -> open(device), threads, () -> {});
    }

    private byte[] timed(List<Columns> rows, int trees, String device, byte @Nullable [] first)
            throws InterruptedException {
        List<TimedBackend> timed = new ArrayList<>();
        BareBoosting training = BareBoosting.train(
                settings(trees),
                shards(rows),
                rank -> {
                    long start = System.nanoTime();
                    Backend opened = open(device);
                    if (rank > 0) {
                        return opened;
                    }
                    timed.add(new TimedBackend(opened, System.nanoTime() - start));
                    return timed.get(0);
                },
                threads,
                () -> print("  memory of GPUs in use: %s", gpuMemory()));
        print("  each kernel waited for: %s%s", text(training), compared(training.model(), first));
        print("%s", timed.get(0).report(training.seconds()));
        return training.model();
    }

    private static String text(BareBoosting training) {
        return String.format(
                Locale.ROOT,
                "%.3f s, first round ends after %.3f s, median of the others %.2f ms",
                training.seconds(),
                training.firstRound(),
                training.medianRound() * 1e3);
    }

    private static String compared(byte[] model, byte @Nullable [] first) {
        String bytes = ", model of " + model.length + " bytes";
        return first == null ? bytes : bytes + (Arrays.equals(model, first) ? ", the same" : ", ANOTHER ONE");
    }

    /** What the driver's own tool says. */
    private static String gpuMemory() {
        try {
            Process tool = new ProcessBuilder("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            return new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .replace('\n', ',');
        } catch (IOException absent) {
            return "unknown, there is no nvidia-smi";
        }
    }

    private Backend open(String device) {
        return Backends.open(device, BackendOptions.threads(threads)).backend();
    }

    private List<Columns> columns(int numRows) {
        int numBlocks = (numRows + TableBlock.MAX_ROWS - 1) / TableBlock.MAX_ROWS;
        return IntStream.range(0, numBlocks)
                .parallel()
                .mapToObj(b -> {
                    int from = b * TableBlock.MAX_ROWS;
                    return Columns.of(from, Math.min(TableBlock.MAX_ROWS, numRows - from));
                })
                .toList();
    }

    private List<Shard> shards(List<Columns> rows) {
        return IntStream.range(0, ranks)
                .mapToObj(rank -> {
                    List<Columns> own = rows.subList(rows.size() * rank / ranks, rows.size() * (rank + 1) / ranks);
                    return new Shard(NAMES, own.stream().map(Columns::block).toList(), List.of());
                })
                .toList();
    }

    private BoostingSettings settings(int numTrees) {
        int depth = number("depth", -1);
        return new BoostingSettings(
                Objective.of(Objective.Kind.LOGISTIC),
                numTrees,
                depth,
                depth > 0 ? 0 : number("leaves", 63),
                depth > 0 ? GrowPolicy.DEPTHWISE : GrowPolicy.LEAFWISE,
                0.1,
                number("bins", 255),
                1,
                0,
                0,
                1,
                1,
                1,
                1,
                1,
                1,
                0,
                "auto",
                number("metrics", 1),
                null,
                null,
                42);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
