package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.evaluation.Evaluation;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.training.ModelDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a saved model on a labelled table. */
@Command(
        name = "evaluate",
        description =
                "Measures a saved model on a labelled table, weighted by the table's weight column if there is one."
                        + " Two classes: AUC, PR-AUC, log-loss, accuracy, confusion matrix. More classes: log-loss, accuracy,"
                        + " macro F1, confusion matrix. Regression: RMSE, MAE, R2, MAPE, pinball loss. Of forecasts every step"
                        + " and target counts as a row.")
final class EvaluateCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    TableArguments table;

    @Option(names = "--model", description = "Directory of the model.")
    @Nullable
    String model;

    @Option(names = "--input", description = "Labelled table.")
    @Nullable
    String input;

    @Option(
            names = "--quantile-level",
            description = "Regression: level of the pinball loss, between 0 and 1 (default: that of the"
                    + " model's prediction where it predicts quantiles, else that loss is left out).")
    @Nullable
    Double quantileLevel;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String path = Main.required(model, "--model");
        String from = Main.required(input, "--input");
        SparkSession session = SessionOptions.session("spark-ml-ext evaluate");
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(path);
        TableLayout layout = ScoreCommand.layoutOf(loaded, path).reading(table.options(), from);
        Dataset<Row> rows = new TableReader(session, CommandLineNames.NAMES).read(from, layout, true);
        out.println("evaluation of " + path + " on " + from);
        out.print(Evaluation.of(ModelDirectory.on(from, loaded.model(), session), rows, layout, quantileLevel)
                .describe());
        return 0;
    }
}
