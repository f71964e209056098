package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.training.ModelDescription;
import org.sparkmlext.ml.training.ModelDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what is known of a saved model. */
@Command(
        name = "describe",
        description =
                "Prints a saved model: params, size; of trees importances by name and the first tree, of a network its layers"
                        + " and its best and last epoch.")
final class DescribeCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Option(names = "--model", description = "Directory of the model.")
    @Nullable
    String model;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String path = Main.required(model, "--model");
        SparkSession session = SessionOptions.session("spark-ml-ext describe");
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(path);
        out.print(new ModelDescription(session).describe(path, loaded));
        return 0;
    }
}
