package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.quickstart.CustomerRows;
import org.sparkmlext.ml.evaluation.BinaryEvaluation;
import org.sparkmlext.ml.evaluation.LabelColumns;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableFormat;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.OutputDirectory;
import org.sparkmlext.ml.training.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains, evaluates, scores and saves in one go, on generated data or on a user's own file. */
@Command(
        name = "quickstart",
        description =
                "Trains on generated data or on your own table, evaluates, scores a held-out part, saves the model.")
final class QuickstartCommand implements Callable<Integer> {
    private static final long SEED = 20;
    private static final long TEST_SALT = 0x7e57L;
    private static final double TEST_SHARE = 0.2;
    private static final String CUSTOMER = "customer";

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    ProgressOptions progress;

    @Mixin
    TableArguments table;

    @Option(names = "--train", description = "Your own table to train on (default: a generated one).")
    @Nullable
    String train;

    @Option(names = "--test", description = "Your own table to test on (default: a fifth of the training table).")
    @Nullable
    String test;

    @Option(
            names = "--directory",
            description = "Where generated data, model and scores go; replaced by each run.",
            defaultValue = "target/quickstart")
    String directory = "target/quickstart";

    @Option(names = "--rows", description = "Rows to generate, a fifth of them for the test.", defaultValue = "200000")
    long rows;

    @Option(
            names = "--validation-fraction",
            description = "Share of the training rows to hold out for the validation loss.",
            defaultValue = "0.1")
    double validationFraction;

    @Option(names = "--set", description = "NAME=VALUE of any Param of the classifier.", paramLabel = "NAME=VALUE")
    Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() {
        long startedAt = System.nanoTime();
        PrintStream out = Main.output(spec);
        checkOptions();
        Training training = Training.of(
                Algorithm.CLASSIFIER, settings, progress.listener(out, Algorithm.CLASSIFIER), CommandLineNames.NAMES);
        SparkSession session = SessionOptions.session("spark-ml-ext quickstart");
        Configuration files = session.sparkContext().hadoopConfiguration();
        OutputDirectory model = OutputDirectory.claim(directory + "/model", true, files);
        OutputDirectory scores = OutputDirectory.claim(directory + "/scored", true, files);
        out.println("Spark " + session.version() + ", Java " + Runtime.version() + ", "
                + session.sparkContext().master() + " with "
                + session.sparkContext().defaultParallelism() + " cores");
        if (train == null) {
            generate(session, out);
        }
        TableReader reader = new TableReader(session, CommandLineNames.NAMES);
        String from = Main.required(train, "--train");
        TableOptions options = table.options();
        Table whole = reader.readForTraining(from, options, training.use(options));
        List<Dataset<Row>> parts = test == null
                ? Training.split(whole.rows(), TEST_SHARE, TEST_SALT)
                : List.of(whole.rows(), reader.read(test, whole.layout(), true));
        out.println(from + ": " + whole.layout().describe());
        Transformer fitted = training.fit(new Table(parts.get(0), whole.layout()), from, null, validationFraction);
        BinaryEvaluation quality = BinaryEvaluation.of(
                fitted.transform(parts.get(1)),
                new LabelColumns(whole.layout().label(), whole.layout().weight()));
        out.println("on " + (test == null ? "the held-out fifth of " + from : test) + ":");
        out.print(quality.describe());
        ScoreCommand.write(
                ScoreCommand.scored(fitted, parts.get(1), whole.layout(), null), TableFormat.PARQUET, scores);
        out.println("scores written: " + scores.path());
        new ModelDirectory(session).save((MLWritable) fitted, whole.layout(), model);
        out.println(String.format(
                Locale.ROOT,
                "quickstart: ok auc=%.5f logloss=%.5f model=%s seconds=%.1f",
                quality.auc(),
                quality.logLoss(),
                model.path().toUri().getPath(),
                (System.nanoTime() - startedAt) / 1e9));
        return 0;
    }

    private void checkOptions() {
        if (train == null && (test != null || table.label != null)) {
            throw new BadInputException("--test and --label belong to your own table: give --train FILE too");
        }
        if (train != null && table.label == null && table.options().formatIsUnlabelled(train)) {
            throw new BadInputException(
                    "--label is needed with --train: a column's name, its 0-based position, or 'last'");
        }
        if (rows < 1000) {
            throw new BadInputException("--rows must be at least 1000, got " + rows);
        }
        if (validationFraction < 0 || validationFraction >= 1) {
            throw new BadInputException("--validation-fraction must be in [0, 1), got " + validationFraction);
        }
    }

    /** Writes the invented tables as CSV and points the options at them. */
    private void generate(SparkSession session, PrintStream out) {
        long testRows = rows / 5;
        CustomerRows customers = new CustomerRows(SEED);
        int partitions = session.sparkContext().defaultParallelism();
        Map<String, long[]> ranges = new LinkedHashMap<>();
        ranges.put(directory + "/data/train", new long[] {0, rows - testRows});
        ranges.put(directory + "/data/test", new long[] {rows - testRows, rows});
        List<String> paths = new ArrayList<>(ranges.keySet());
        ranges.forEach((path, range) -> {
            out.println("generating " + (range[1] - range[0]) + " customers: " + path);
            ScoreCommand.write(
                    customers.rows(session, range[0], range[1], partitions),
                    TableFormat.CSV,
                    OutputDirectory.claim(path, true, session.sparkContext().hadoopConfiguration()));
        });
        train = paths.get(0);
        test = paths.get(1);
        table.format = TableFormat.CSV;
        table.label = "left";
        table.ignore = List.of(CUSTOMER);
    }
}
