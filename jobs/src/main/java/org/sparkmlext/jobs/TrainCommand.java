package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.evaluation.Evaluation;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.OutputDirectory;
import org.sparkmlext.ml.training.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model on a table and saves it. */
@Command(
        name = "train",
        description =
                "Trains a model on a table and saves it: boosted trees, a classifier or with an objective of numbers such as"
                        + " --set objective=squared a regressor; with --algorithm a convolutional network on images or a"
                        + " recurrent one on sequences.")
final class TrainCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    ProgressOptions progress;

    @Mixin
    TableArguments table;

    @Option(names = "--input", description = "Table to train on; of cnn-... also a folder of class folders of images.")
    @Nullable
    String input;

    @Option(names = "--validation", description = "Table for validation metrics and early stopping.")
    @Nullable
    String validation;

    @Option(
            names = "--validation-fraction",
            description =
                    "Share of the rows to hold out for validation instead (0 = none); of events the end of every series.",
            defaultValue = "0")
    double validationFraction;

    @Option(names = "--test", description = "Table to evaluate the saved model on.")
    @Nullable
    String test;

    @Option(names = "--output", description = "Directory of the model.")
    @Nullable
    String output;

    @Option(names = "--overwrite", description = "Replace the output if it exists.")
    boolean overwrite;

    @Option(
            names = "--algorithm",
            description =
                    "classifier, regressor (boosted trees; default: the one that has the objective, else classifier),"
                            + " cnn-classifier, cnn-regressor, lstm-classifier or lstm-regressor.")
    @Nullable
    String algorithm;

    @Option(
            names = "--set",
            description =
                    "NAME=VALUE of any Param of the estimator, such as numTrees=200 (object 'params' in a job file).",
            paramLabel = "NAME=VALUE")
    Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String from = Main.required(input, "--input");
        String to = Main.required(output, "--output");
        if (validationFraction < 0 || validationFraction >= 1) {
            throw new BadInputException("--validation-fraction must be in [0, 1), got " + validationFraction);
        }
        if (validation != null && validationFraction > 0) {
            throw new BadInputException("give --validation or --validation-fraction, not both");
        }
        Algorithm chosen = Algorithm.of(algorithm, settings);
        Training training = Training.of(chosen, settings, progress.listener(out, chosen), CommandLineNames.NAMES);
        TableOptions options = table.options();
        TableUse use = training.use(options);
        SparkSession session = SessionOptions.session("spark-ml-ext train");
        OutputDirectory directory =
                OutputDirectory.claim(to, overwrite, session.sparkContext().hadoopConfiguration());
        TableReader reader = new TableReader(session, CommandLineNames.NAMES);
        Table rows = reader.readForTraining(from, options, use);
        out.println(from + ": " + rows.layout().describe());
        Dataset<Row> validationRows = validation == null ? null : reader.read(validation, rows.layout(), true);
        Dataset<Row> testRows = test == null ? null : reader.read(test, rows.layout(), true);
        Transformer model = training.fit(rows, from, validationRows, validationFraction);
        new ModelDirectory(session).save((MLWritable) model, rows.layout(), directory);
        out.println("model saved: " + directory.path());
        if (test != null && testRows != null) {
            out.println("evaluation on " + test);
            out.print(Evaluation.of(ModelDirectory.on(test, model, session), testRows, rows.layout(), null)
                    .describe());
        }
        return 0;
    }
}
