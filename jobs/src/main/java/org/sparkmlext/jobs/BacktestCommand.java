package org.sparkmlext.jobs;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.forecast.Backtest;
import org.sparkmlext.ml.forecast.BacktestResult;
import org.sparkmlext.ml.forecast.Origins;
import org.sparkmlext.ml.forecast.StageForecaster;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.EventReader;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.OutputDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures forecasts of a table of events from past origins. */
@Command(
        name = "backtest",
        description =
                "Forecasts a table of events from past times and measures the forecasts: MAE, RMSE, MAPE, MASE, pinball loss."
                        + " The naive forecasts are always there; a saved model, exponential smoothing and ridge regression on request.")
final class BacktestCommand implements Callable<Integer> {

    private static final String FIGURES = "figures.json";
    private static final String PICTURE = "forecast.svg";

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    FileArguments file;

    @Option(names = "--input", description = "Table of events: csv or parquet.")
    @Nullable
    String input;

    @Option(names = "--entity", description = "Column that says which series a row belongs to (default: one series).")
    @Nullable
    String entity;

    @Option(names = "--time", description = "Column of times: timestamps, dates or whole numbers.")
    @Nullable
    String time;

    @Option(names = "--target", split = ",", description = "Numeric columns to forecast.")
    @Nullable
    List<String> targets;

    @Option(names = "--horizon", description = "Rows ahead that are forecast (default: ${DEFAULT-VALUE}).")
    int horizon = 1;

    @Option(names = "--season", description = "Rows of a season, such as 24 for hours of a day (default: none).")
    int season = 1;

    @Option(
            names = "--origins",
            description = "Number of origins, the last ones with a whole horizon behind (default: 10, or all with"
                    + " --first-origin).")
    @Nullable
    Integer origins;

    @Option(names = "--first-origin", description = "Time of the first origin; all later ones follow.")
    @Nullable
    String firstOrigin;

    @Option(names = "--stride", description = "Times of the table from one origin to the next (default: the horizon).")
    @Nullable
    Integer stride;

    @Option(names = "--train-until", description = "Fit once, from rows up to this time (default: at each origin).")
    @Nullable
    String trainUntil;

    @Option(names = "--fit-once", description = "Fit once, at the first origin.")
    boolean fitOnce;

    @Option(names = "--sliding-window", description = "Learn from so many last rows of a series (default: all).")
    @Nullable
    Integer slidingWindow;

    @Option(names = "--drift", description = "Add the line from the first to the last value.")
    boolean drift;

    @Option(names = "--exponential-smoothing", description = "Add Holt-Winters, or Holt without a season.")
    boolean exponentialSmoothing;

    @Option(names = "--ridge", description = "Add ridge regression on so many last values.")
    @Nullable
    Integer ridge;

    @Option(names = "--model", description = "Directory of a saved forecasting model; it is not fitted again.")
    @Nullable
    String model;

    @Option(
            names = "--forecast-column",
            description = "Column in which the model gives its forecasts (default: ${DEFAULT-VALUE}).")
    String forecastColumn = "predictions";

    @Option(names = "--quantiles", split = ",", description = "Levels of the model's quantiles, such as 0.1,0.5,0.9.")
    @Nullable
    List<Double> quantiles;

    @Option(
            names = "--output",
            description = "Directory for " + FIGURES + " and " + PICTURE + " (the last forecast of the first series).")
    @Nullable
    String output;

    @Option(names = "--overwrite", description = "Replace an output that exists.")
    boolean overwrite;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String from = Main.required(input, "--input");
        String times = Main.required(time, "--time");
        String[] columns = Main.required(targets == null ? null : String.join(",", targets), "--target")
                .split(",");
        SparkSession session = SessionOptions.session("spark-ml-ext backtest");
        Configuration files = session.sparkContext().hadoopConfiguration();
        OutputDirectory directory = output == null ? null : OutputDirectory.claim(output, overwrite, files);
        Backtest backtest = backtest(session, times, columns);
        Dataset<Row> events = new EventReader(session).read(from, file.fileOptions(), times);
        try (BacktestResult result = backtest.run(events)) {
            out.println("backtest of " + String.join(", ", columns) + " in " + from + ", horizon " + horizon);
            out.print(result.describe());
            if (directory != null) {
                write(result, directory, files);
                out.println("written to " + directory.path());
            }
        }
        return 0;
    }

    private Backtest backtest(SparkSession session, String times, String[] columns) {
        Backtest backtest = new Backtest(horizon)
                .timeCol(times)
                .targetCols(columns)
                .season(season)
                .origins(origins());
        if (entity != null) {
            backtest.entityCol(entity);
        }
        if (trainUntil != null) {
            backtest.fitOnce(trainUntil);
        } else if (fitOnce) {
            backtest.fitOnce();
        }
        if (slidingWindow != null) {
            backtest.slidingWindow(slidingWindow);
        }
        if (drift) {
            backtest.withDrift();
        }
        if (exponentialSmoothing) {
            backtest.withExponentialSmoothing();
        }
        if (ridge != null) {
            backtest.withRidge(ridge);
        }
        if (model != null) {
            backtest.model("model", forecaster(session, model));
        }
        return backtest;
    }

    private Origins origins() {
        int step = stride == null ? horizon : stride;
        if (firstOrigin == null) {
            return Origins.last(origins == null ? 10 : origins, step);
        }
        if (origins != null) {
            throw new BadInputException(
                    "--origins counts back from the end and --first-origin forward; give one of them");
        }
        return Origins.from(firstOrigin, step);
    }

    private StageForecaster forecaster(SparkSession session, String path) {
        StageForecaster forecaster =
                StageForecaster.ofModel(new ModelDirectory(session).load(path).model(), forecastColumn);
        return quantiles == null
                ? forecaster
                : forecaster.quantiles(
                        quantiles.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static void write(BacktestResult result, OutputDirectory directory, Configuration configuration) {
        directory.write(path -> {
            FileSystem files = path.getFileSystem(configuration);
            files.mkdirs(path);
            for (String name : List.of(FIGURES, PICTURE)) {
                String text = name.equals(FIGURES) ? result.toJson() : result.picture();
                try (OutputStream out = files.create(new Path(path, name))) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }
            }
        });
    }
}
