package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.jobs.LiveProgress;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.NetworkParams;

/**
 * Forecasts of all channels of a table of hours, judged by the mean squared error over windows, steps and channels: every window whose
 * targets all lie in the part that judges, its inputs reaching back before it. The training part alone trains; the validation part, which
 * says which epoch is the best, chooses.
 *
 * @param isByChannel whether each channel is a series of its own, all forecast by one network of one feature; else a step has all channels
 */
record ForecastTrial(boolean isByChannel) implements NetworkTrial {

    private static final String IS_VALIDATION = "is-validation";
    private static final String IS_HELD_OUT = "is-held-out";
    private static final String CHANNEL = "channel";
    private static final String VALUE = "value";

    @Override
    public String figure() {
        return "MSE";
    }

    @Override
    public NetworkParams estimator(long seed) {
        String[] channels = channels().toArray(String[]::new);
        LstmRegressor regressor = new LstmRegressor();
        if (isByChannel) {
            regressor.setEntityCol(CHANNEL);
        }
        return regressor
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
                series(train, IS_VALIDATION),
                series(
                        before.withColumn(IS_HELD_OUT, lit(false))
                                .unionByName(judged.withColumn(IS_HELD_OUT, lit(true))),
                        IS_HELD_OUT),
                judged.count());
    }

    private List<String> channels() {
        return isByChannel ? List.of(VALUE) : SequenceSet.ETTH1_CHANNELS;
    }

    /** Of the table with a column a channel, one with a row an hour and channel where each channel is a series. */
    private Dataset<Row> series(Dataset<Row> hours, String flag) {
        return isByChannel
                ? hours.unpivot(
                        new Column[] {col("hour"), col(flag)},
                        SequenceSet.ETTH1_CHANNELS.stream()
                                .map(name -> col(name))
                                .toArray(Column[]::new),
                        CHANNEL,
                        VALUE)
                : hours.withColumn(CHANNEL, lit(""));
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

    private double squaredError(Dataset<Row> scored, int horizon) {
        Column values = org.apache.spark.sql.functions.array(
                channels().stream().map(name -> col(name)).toArray(Column[]::new));
        Map<String, List<Row>> series = scored
                .select(
                        col(CHANNEL),
                        col("hour"),
                        col(IS_HELD_OUT),
                        values.as("values"),
                        // The first rows have no whole window.
                        when(col("predictions").isNotNull(), functions.vector_to_array(col("predictions"), "float64"))
                                .as("predictions"))
                .orderBy("hour")
                .collectAsList()
                .stream()
                .collect(Collectors.groupingBy(row -> row.getAs(CHANNEL)));
        SquaredErrors errors = new SquaredErrors();
        series.values().forEach(hours -> errors.add(hours, horizon));
        return errors.sum / errors.count;
    }

    /** Over every window of a series whose targets are all held out. */
    private static final class SquaredErrors {
        private double sum;
        private long count;

        void add(List<Row> hours, int horizon) {
            for (int origin = 0; origin + horizon < hours.size(); origin++) {
                List<Double> predictions = hours.get(origin).getList(4);
                if (!hours.get(origin + 1).getBoolean(2) || predictions == null) {
                    continue;
                }
                int place = 0;
                for (int step = 1; step <= horizon; step++) {
                    for (Object actual : hours.get(origin + step).getList(3)) {
                        double error = predictions.get(place++) - (Double) actual;
                        sum += error * error;
                        count++;
                    }
                }
            }
        }
    }
}
