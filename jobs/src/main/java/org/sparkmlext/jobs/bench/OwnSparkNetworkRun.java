package org.sparkmlext.jobs.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.jobs.CommandLineNames;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.ml.neural.NetworkSummary;
import org.sparkmlext.ml.training.StageSettings;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/**
 * A fit of {@link CnnClassifier} on random images, or of {@link LstmRegressor} on random sequences; what counts are its epochs after the
 * first, from the end of one to the end of the next as the driver hears of them. Arguments: {@code system network batch master ranks threads precision steps epochs}, steps being
 * batches of an epoch.
 */
public final class OwnSparkNetworkRun {
    private static final String EXECUTOR_MEMORY = "1600m";

    private OwnSparkNetworkRun() {}

    public static void main(String[] args) throws IOException {
        RunArguments arguments = new RunArguments(args);
        String network = arguments.text("network");
        RunReport report = new RunReport(arguments.text("system"), network);
        report.start();
        SparkSession session = session(arguments.text("master"));
        report.stop("session");
        report.put("spark", session.version());
        Architecture architecture = BenchNetworks.named(network);
        int batch = arguments.number("batch");
        int steps = arguments.number("steps");
        int ranks = arguments.number("ranks");
        EpochTimes times = new EpochTimes(report);
        Map<String, String> settings = Map.of(
                "batchSize", arguments.text("batch"),
                "maxEpochs", arguments.text("epochs"),
                "optimizer", "adam",
                "precision", arguments.text("precision"),
                "numWorkers", arguments.text("ranks"),
                "numThreads", arguments.text("threads"));
        NetworkSummary summary = architecture.input() instanceof SequenceInput sequences
                ? fit(sequences, architecture, settings, times, rows -> rows.rows(session, (long) batch * steps, ranks))
                : fit(architecture, settings, times, rows -> rows.rows(session, (long) batch * steps, ranks));
        StepClock.report(times.seconds.stream().map(seconds -> seconds / steps).toList(), batch, report);
        double[] losses = summary.metric("train-loss");
        report.put("loss", (float) losses[losses.length - 1]);
        session.stop();
        report.finish();
    }

    private static NetworkSummary fit(
            Architecture architecture,
            Map<String, String> settings,
            TrainingListener listener,
            Function<GeneratedRows, Dataset<Row>> table) {
        CnnClassifier images = new CnnClassifier()
                .setImageCol("image")
                .setLabelCol("label")
                .setNetwork(Network.of(architecture))
                .addListener(listener);
        StageSettings.apply(List.of(images), settings, CommandLineNames.NAMES);
        return images.fit(table.apply(new ImageRows(architecture.input().rowLength(), BenchNetworks.CLASSES)))
                .summary();
    }

    /** Not standardised: the network is the one that is timed without Spark, layer by layer. */
    private static NetworkSummary fit(
            SequenceInput input,
            Architecture architecture,
            Map<String, String> settings,
            TrainingListener listener,
            Function<GeneratedRows, Dataset<Row>> table) {
        LstmRegressor sequences = new LstmRegressor()
                .setSequenceCol("sequence")
                .setLabelCol("label")
                .setNetwork(Network.of(architecture))
                .setStandardization(false)
                .addListener(listener);
        StageSettings.apply(List.of(sequences), settings, CommandLineNames.NAMES);
        return sequences
                .fit(table.apply(new SequenceRows(input.steps(), input.features())))
                .summary();
    }

    private static SparkSession session(String master) throws IOException {
        SparkSession.Builder builder = SparkSession.builder()
                .appName("bench")
                .master(master)
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1");
        if (master.startsWith("local-cluster")) {
            fillSparkHome(Path.of(Objects.requireNonNull(System.getenv("SPARK_HOME"), "SPARK_HOME is not set")));
            builder.config("spark.executor.memory", EXECUTOR_MEMORY)
                    .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        }
        return builder.getOrCreate();
    }

    /** Executors of a local-cluster start from an installation of Spark: an empty one is filled with the jars of this very class path. */
    private static void fillSparkHome(Path home) throws IOException {
        Path jars = home.resolve("jars");
        if (Files.isDirectory(jars)) {
            return;
        }
        Files.createDirectories(jars);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path jar = Path.of(entry).toAbsolutePath();
            if (Files.isRegularFile(jar)) {
                Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
            }
        }
    }

    /** Seconds of the epochs after the first. */
    private static final class EpochTimes implements TrainingListener {
        private final RunReport report;
        private final List<Double> seconds = new ArrayList<>();
        private long ended;

        EpochTimes(RunReport report) {
            this.report = report;
        }

        @Override
        public void roundFinished(RoundReport epoch) {
            long now = System.nanoTime();
            if (epoch.round() == 0) {
                report.start();
            } else {
                seconds.add((now - ended) / 1e9);
                if (epoch.round() == epoch.numRounds() - 1) {
                    report.stop("fit");
                }
            }
            ended = now;
        }
    }
}
