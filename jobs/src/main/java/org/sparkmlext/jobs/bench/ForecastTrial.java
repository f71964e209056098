package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.PrintStream;
import java.util.List;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.jobs.model.LiveProgress;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.NetworkParams;

/**
 * Forecasts of all channels of a table of hours, judged by the mean squared error over windows, steps and channels: every window whose
 * targets all lie in the part that judges, its inputs reaching back before it. The training part alone trains; the validation part, which
 * says which epoch is the best, chooses.
 */
record ForecastTrial() implements NetworkTrial {

    private static final String IS_VALIDATION = "is-validation";
    private static final String IS_HELD_OUT = "is-held-out";

    @Override
    public String figure() {
        return "MSE";
    }

    @Override
    public NetworkParams estimator(long seed) {
        String[] channels = SequenceSet.ETTH1_CHANNELS.toArray(String[]::new);
        return new LstmRegressor()
                .setTimeCol("hour")
                .setInputCols(channels)
                .setTargetCols(channels)
                .setPredictionsCol("predictions")
                .setValidationIndicatorCol(IS_VALIDATION)
                .setEarlyStoppingRounds(5)
                .setSeed(seed);
    }

    @Override
    public Split split(NetworkSet.Parts parts, boolean onTest) {
        Dataset<Row> train = parts.train()
                .withColumn(IS_VALIDATION, lit(false))
                .unionByName(parts.validation().withColumn(IS_VALIDATION, lit(true)));
        Dataset<Row> before = onTest ? parts.validation() : parts.train();
        Dataset<Row> judged = onTest ? parts.test() : parts.validation();
        return new Split(
                train,
                before.withColumn(IS_HELD_OUT, lit(false)).unionByName(judged.withColumn(IS_HELD_OUT, lit(true))),
                judged.count());
    }

    @Override
    public Run run(NetworkParams estimator, Split split, PrintStream out) {
        LstmRegressor regressor = (LstmRegressor) estimator;
        regressor.addListener(new LiveProgress(out, "epoch", false, System::nanoTime));
        long start = System.nanoTime();
        LstmRegressionModel model = regressor.fit(split.train());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Run(squaredError(model.transform(split.heldOut()), regressor.getHorizon()), seconds);
    }

    private static double squaredError(Dataset<Row> scored, int horizon) {
        List<String> channels = SequenceSet.ETTH1_CHANNELS;
        Column values = org.apache.spark.sql.functions.array(
                channels.stream().map(name -> col(name)).toArray(Column[]::new));
        List<Row> rows = scored.orderBy("hour")
                .select(
                        col(IS_HELD_OUT),
                        values.as("values"),
                        // The first rows have no whole window.
                        when(col("predictions").isNotNull(), functions.vector_to_array(col("predictions"), "float64"))
                                .as("predictions"))
                .collectAsList();
        double sum = 0;
        long count = 0;
        for (int origin = 0; origin + horizon < rows.size(); origin++) {
            if (!rows.get(origin + 1).getBoolean(0) || rows.get(origin).isNullAt(2)) {
                continue;
            }
            List<Double> predictions = rows.get(origin).getList(2);
            for (int step = 0; step < horizon; step++) {
                List<Double> actual = rows.get(origin + 1 + step).getList(1);
                for (int channel = 0; channel < channels.size(); channel++) {
                    double error = predictions.get(step * channels.size() + channel) - actual.get(channel);
                    sum += error * error;
                    count++;
                }
            }
        }
        return sum / count;
    }
}
