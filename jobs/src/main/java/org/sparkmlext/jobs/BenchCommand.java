package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.bench.BenchSet;
import org.sparkmlext.jobs.bench.BenchSystem;
import org.sparkmlext.jobs.bench.Comparison;
import org.sparkmlext.jobs.bench.NetworkComparison;
import org.sparkmlext.jobs.bench.NetworkSystem;
import org.sparkmlext.jobs.bench.QualityComparison;
import org.sparkmlext.jobs.bench.QualitySet;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.table.TableFormat;
import org.sparkmlext.ml.training.OutputDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the published figures: speed and memory of boosting, its quality, speed of networks. */
@Command(
        name = "bench",
        subcommands = {NetworkQualityCommand.class, SqlPredictCommand.class},
        description =
                "boosting: times our boosting beside its peers on a generated set, each run in a fresh JVM, and prints every"
                        + " run and a Markdown table of medians. quality: compares log-loss and RMSE with lightgbm4j on the"
                        + " same folds of public sets. networks: times training steps of our networks, bare and through Spark,"
                        + " beside libtorch and DL4J. Peers are built with: mvn -B -Ppeers -Dmaven.test.skip=true package")
final class BenchCommand implements Callable<Integer> {
    private static final String BOOSTING = "boosting";
    private static final String QUALITY = "quality";
    private static final String NETWORKS = "networks";
    private static final String CPU = "cpu";
    private static final List<String> DEVICES = List.of(CPU, "cuda");
    private static final int BOOSTING_REPEAT = 5;
    private static final int NETWORKS_REPEAT = 2;

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            description = "boosting, quality or networks",
            defaultValue = BOOSTING)
    String what = BOOSTING;

    @Option(
            names = "--set",
            description =
                    "Generated set: higgs (28 numbers), mixed (20 numbers, a tenth of them missing, and 10 category"
                            + " codes) or sparse (vectors of 2,000 with 1 %% of the values stored).",
            defaultValue = "higgs")
    String set = "higgs";

    @Option(names = "--rows", description = "Training rows (default: higgs 1000000, mixed 500000, sparse 200000).")
    @Nullable
    Long rows;

    @Option(names = "--test-rows", description = "Test rows (default: a fifth of the default training rows).")
    @Nullable
    Long testRows;

    @Option(names = "--trees", description = "Boosting rounds.", defaultValue = "100")
    int trees;

    @Option(names = "--threads", description = "Cores of every system.", defaultValue = "2")
    int threads;

    @Option(names = "--heap", description = "-Xmx of every run.", defaultValue = "6g")
    String heap = "6g";

    @Option(
            names = "--class-archives",
            description = "Systems that start from an archive of their classes: ${COMPLETION-CANDIDATES}.",
            defaultValue = "NONE")
    Comparison.Archives archives = Comparison.Archives.NONE;

    @Option(names = "--repeat", description = "Runs of each system (default: 5, networks 2).")
    @Nullable
    Integer repeat;

    @Option(
            names = "--systems",
            split = ",",
            description = "Systems to time (default: ours-leafwise,ours-depthwise; networks: ours and all peers).")
    @Nullable
    List<String> systems;

    @Option(
            names = "--quiet-seconds",
            description = "Longest wait for an idle machine before a run.",
            defaultValue = "60")
    int quietSeconds;

    @Option(names = "--limit-seconds", description = "Longest run.", defaultValue = "900")
    int limitSeconds;

    @Option(names = "--directory", description = "Generated data, logs, results.jsonl.", defaultValue = "target/bench")
    Path directory = Path.of("target/bench");

    @Option(names = "--peers-directory", description = "The peers' modules (default: jobs/peers of the repository).")
    @Nullable
    Path peersDirectory;

    @Option(names = "--data", description = "quality: directory of the public sets (default: SPARKMLEXT_DATA).")
    @Nullable
    String data;

    @Option(names = "--quality-sets", split = ",", description = "quality: sets to compare on (default: all five).")
    @Nullable
    List<String> qualitySets;

    @Option(names = "--folds", description = "quality: folds of the cross-validation.", defaultValue = "5")
    int folds;

    @Option(
            names = "--networks",
            split = ",",
            description = "networks: vgg-cifar, small-cnn, lstm-attention (default: all).")
    @Nullable
    List<String> networks;

    @Option(
            names = "--device",
            description =
                    "networks: what is timed where no systems are named: cpu, or cuda for our engine on a GPU beside"
                            + " PyTorch (python3 with torch).",
            defaultValue = CPU)
    String device = CPU;

    @Option(names = "--batch", description = "networks: rows of a step over all ranks.", defaultValue = "128")
    int batch;

    @Option(names = "--warm-seconds", description = "networks: steps that do not count.", defaultValue = "5")
    int warmSeconds;

    @Option(names = "--seconds", description = "networks: steps that count.", defaultValue = "5")
    int seconds;

    @Option(
            names = "--epochs",
            description = "networks, through Spark: epochs, of which the first does not count.",
            defaultValue = "4")
    int epochs;

    @Option(
            names = "--epoch-steps",
            description = "networks, through Spark: steps of an epoch (default: 16 of vgg-cifar, 128 of the others).")
    @Nullable
    Integer epochSteps;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        if (what.equals(QUALITY)) {
            compareQuality(out);
            return 0;
        }
        if (what.equals(NETWORKS)) {
            compareNetworks(out);
            return 0;
        }
        if (!what.equals(BOOSTING)) {
            throw new BadInputException(NearestName.unknown("benchmark", what, List.of(BOOSTING, QUALITY, NETWORKS)));
        }
        BenchSet generated = BenchSet.named(set)
                .orElseThrow(() -> new BadInputException(NearestName.unknown("set", set, BenchSet.names())));
        List<BenchSystem> chosen = chosen(BenchSystem.all(), List.of("ours-leafwise", "ours-depthwise"));
        long trainCount = rows == null ? generated.trainRows() : rows;
        long testCount = testRows == null ? generated.testRows() : testRows;
        Path generatedData = directory.resolve("data-" + trainCount + "-" + testCount);
        generate(generated, trainCount, testCount, generatedData.resolve(set), out);
        new Comparison(
                        new Comparison.Plan(
                                chosen,
                                generatedData,
                                set,
                                trees,
                                threads,
                                heap,
                                archives,
                                repeat == null ? BOOSTING_REPEAT : repeat,
                                quietSeconds,
                                limitSeconds,
                                peers(),
                                directory),
                        out)
                .run();
        return 0;
    }

    private void compareQuality(PrintStream out) {
        String directoryOfSets = data != null ? data : System.getenv("SPARKMLEXT_DATA");
        if (directoryOfSets == null) {
            throw new BadInputException("the directory of the public data sets is needed: --data, or SPARKMLEXT_DATA");
        }
        requireAtLeast("--folds", folds, 2);
        new QualityComparison(
                        new QualityComparison.Plan(
                                chosenQualitySets(),
                                Path.of(directoryOfSets),
                                folds,
                                trees,
                                threads,
                                heap,
                                limitSeconds,
                                peers(),
                                directory.resolve(QUALITY)),
                        out)
                .run(SessionOptions.session("spark-ml-ext bench quality"));
    }

    private List<QualitySet> chosenQualitySets() {
        List<QualitySet> chosen = new ArrayList<>();
        for (String name : qualitySets == null ? QualitySet.names() : qualitySets) {
            chosen.add(Arrays.stream(QualitySet.values())
                    .filter(one -> one.text().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(NearestName.unknown("set", name, QualitySet.names()))));
        }
        return chosen;
    }

    private void compareNetworks(PrintStream out) {
        if (!DEVICES.contains(device)) {
            throw new BadInputException(NearestName.unknown("device", device, DEVICES));
        }
        requireAtLeast("--batch", batch, 2);
        requireAtLeast("--epochs", epochs, 2);
        if (epochSteps != null) {
            requireAtLeast("--epoch-steps", epochSteps, 1);
        }
        List<String> names = networks == null ? NetworkSystem.NETWORKS : networks;
        for (String name : names) {
            if (!NetworkSystem.NETWORKS.contains(name)) {
                throw new BadInputException(NearestName.unknown("network", name, NetworkSystem.NETWORKS));
            }
        }
        new NetworkComparison(
                        new NetworkComparison.Plan(
                                chosen(NetworkSystem.all(), NetworkSystem.usual(device)),
                                names,
                                batch,
                                warmSeconds,
                                seconds,
                                epochs,
                                epochSteps,
                                heap,
                                repeat == null ? NETWORKS_REPEAT : repeat,
                                quietSeconds,
                                limitSeconds,
                                peers(),
                                directory.resolve(NETWORKS)),
                        out)
                .run();
    }

    private static void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw new BadInputException(option + " must be at least " + least + ", got " + value);
        }
    }

    /** The systems named on the command line, or else the usual ones. */
    private <S> List<S> chosen(Map<String, S> known, List<String> usual) {
        List<S> chosen = new ArrayList<>();
        for (String name : systems == null ? usual : systems) {
            S system = known.get(name);
            if (system == null) {
                throw new BadInputException(NearestName.unknown("system", name, known.keySet()));
            }
            chosen.add(system);
        }
        return chosen;
    }

    private Path peers() {
        if (peersDirectory != null) {
            return peersDirectory;
        }
        String repository = System.getenv("SPARK_ML_EXT_REPOSITORY");
        return Path.of(repository == null ? "." : repository, "jobs", "peers");
    }

    /** Writes the set once, then stops Spark, so that this process is idle while others are timed. */
    private static void generate(BenchSet set, long trainRows, long testRows, Path target, PrintStream out) {
        if (BenchSet.isGenerated(target)) {
            return;
        }
        out.println("generating " + trainRows + " + " + testRows + " rows: " + target);
        SparkSession session = SessionOptions.session("spark-ml-ext bench");
        write(set.train(session, trainRows), target.resolve("train"));
        write(set.test(session, testRows), target.resolve("test"));
        session.stop();
    }

    private static void write(Dataset<Row> rows, Path path) {
        ScoreCommand.write(
                rows,
                TableFormat.PARQUET,
                OutputDirectory.claim(
                        path.toString(),
                        true,
                        rows.sparkSession().sparkContext().hadoopConfiguration()));
    }
}
