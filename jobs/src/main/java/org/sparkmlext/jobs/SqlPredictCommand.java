package org.sparkmlext.jobs;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sparkmlext.jobs.bench.SqlPredictions;
import org.sparkmlext.ml.input.BadInputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the published figures of predictions in SQL. */
@Command(
        name = "sql-predict",
        description =
                "Times ml_predict in SQL beside transform, alternating in one process on cached rows: boosted trees on 28 numbers,"
                        + " the network simple-cnn on images of 28 x 28. Prints every run, medians and their ratio.")
final class SqlPredictCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Option(names = "--rows", description = "Rows for the trees.", defaultValue = "2000000")
    long rows;

    @Option(names = "--trees", description = "Trees.", defaultValue = "100")
    int trees;

    @Option(names = "--images", description = "Images for the network.", defaultValue = "20000")
    long images;

    @Option(names = "--repeat", description = "Timed runs of each.", defaultValue = "5")
    int repeat;

    @Option(names = "--directory", description = "Directory of the models.", defaultValue = "target/bench")
    Path directory = Path.of("target/bench");

    @Override
    public Integer call() {
        if (rows < 1 || trees < 1 || images < 1 || repeat < 1) {
            throw new BadInputException("--rows, --trees, --images and --repeat must be at least 1, got " + rows + ", "
                    + trees + ", " + images + " and " + repeat);
        }
        new SqlPredictions(
                        new SqlPredictions.Plan(rows, trees, images, repeat, directory.resolve("sql-predict")),
                        Main.output(spec))
                .run(SessionOptions.session("spark-ml-ext bench sql-predict"));
        return 0;
    }
}
