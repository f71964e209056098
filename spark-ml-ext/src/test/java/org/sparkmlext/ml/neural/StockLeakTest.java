package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/**
 * Nothing of the future reaches a forecast. Returns of a share from one day to the next are as good as chance, so that whoever forecasts
 * them has seen them; the last fifth of the days is held out.
 */
@RealData
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockLeakTest {

    private static final int WINDOW = 8;
    /** The first price that is held out, as the data set's page has it. */
    private static final int HELD_OUT = 2415;

    /** In percent of the price, of each day but the first. */
    private double[] returns = {};

    @BeforeAll
    void read() {
        double[] closes = LocalSpark.session()
                .read()
                .option("header", true)
                .csv(RealData.Directory.file("stock-aapl/AAPL_2006-01-01_to_2018-01-01.csv")
                        .toString())
                .orderBy("Date")
                .select("Close")
                .collectAsList()
                .stream()
                .mapToDouble(row -> Double.parseDouble(row.getString(0)))
                .toArray();
        returns = new double[closes.length - 1];
        Arrays.setAll(returns, day -> 100 * Math.log(closes[day + 1] / closes[day]));
    }

    /** A row a day: {@code day}, the target, another column, whether the day is held out. */
    private static Dataset<Row> days(double[] target, double[] other) {
        List<Row> rows = new ArrayList<>();
        for (int day = 0; day < target.length; day++) {
            rows.add(RowFactory.create(day, target[day], other[day], day >= HELD_OUT - 1));
        }
        StructType schema = new StructType()
                .add("day", DataTypes.IntegerType)
                .add("target", DataTypes.DoubleType)
                .add("other", DataTypes.DoubleType)
                .add("isHeldOut", DataTypes.BooleanType);
        return LocalSpark.session().createDataFrame(rows, schema).repartition(3);
    }

    private static LstmRegressor regressor(int horizon) {
        return new LstmRegressor()
                .setTimeCol("day")
                .setInputCols(new String[] {"target", "other"})
                .setTargetCols(new String[] {"target"})
                .setWindowLength(WINDOW)
                .setHorizon(horizon)
                .setPredictionsCol("next")
                .setValidationIndicatorCol("isHeldOut")
                .setNetwork(Network.sequence(WINDOW, 2)
                        .add("lstm", RecurrentLayer.lstm(16))
                        .build())
                .setMaxEpochs(15)
                .setBatchSize(64)
                .setLearningRate(0.01)
                .setNumWorkers(1)
                .setNumThreads(1);
    }

    /**
     * What share of the held-out squares the forecasts of each step take away from those of the naive forecast, the mean of what came
     * before: 1 where all is known, 0 or less where nothing is.
     */
    private static double[] explained(LstmRegressionModel model, Dataset<Row> days, double[] target) {
        int horizon = model.getHorizon();
        double mean = Arrays.stream(target, 0, HELD_OUT - 1).average().orElseThrow();
        List<Row> rows = model.transform(days)
                .where("day between " + (HELD_OUT - 2) + " and " + (target.length - 1 - horizon))
                .select("day", "next")
                .collectAsList();
        assertThat(rows).hasSize(target.length - HELD_OUT - horizon + 2);
        double[] errors = new double[horizon];
        double[] naive = new double[horizon];
        for (Row row : rows) {
            Vector next = row.getAs("next");
            for (int step = 0; step < horizon; step++) {
                double actual = target[row.getInt(0) + 1 + step];
                errors[step] += (next.apply(step) - actual) * (next.apply(step) - actual);
                naive[step] += (mean - actual) * (mean - actual);
            }
        }
        double[] explained = new double[horizon];
        Arrays.setAll(explained, step -> 1 - errors[step] / naive[step]);
        return explained;
    }

    /** The same as training measured it over the windows that it cuts itself, whose errors are in deviations of the training days. */
    private static double explainedByValidation(LstmRegressionModel model, double[] target) {
        double[] training = Arrays.copyOf(target, HELD_OUT - 1);
        double mean = Arrays.stream(training).average().orElseThrow();
        double variance = Arrays.stream(training)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        double naive = Arrays.stream(target, HELD_OUT - 1, target.length)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        double[] course = model.summary().metric("validation-rmse");
        double error = course[course.length - 1];
        return 1 - error * error * variance / naive;
    }

    @Test
    void shuffledTargetsAreForecastNoBetterThanByTheirMean() {
        List<Double> drawn = new ArrayList<>(Arrays.stream(returns).boxed().toList());
        Collections.shuffle(drawn, new Random(5));
        double[] shuffled = drawn.stream().mapToDouble(Double::doubleValue).toArray();
        // The target is among the inputs: a window that reached into its targets would give them away.
        Dataset<Row> days = days(shuffled, returns);
        LstmRegressionModel model = regressor(1).fit(days);
        double explained = explained(model, days, shuffled)[0];
        double byTraining = explainedByValidation(model, shuffled);
        System.out.printf(
                "[real data] stock-aapl, share of shuffled returns explained: %.4f, by its own validation %.4f%n",
                explained, byTraining);
        assertThat(explained).isLessThan(0.03);
        assertThat(byTraining).isLessThan(0.03);
    }

    @Test
    void aColumnThatKnowsTheFutureTellsWhatItKnewByTheWindowsEndAndNoMore() {
        // Each day says what comes two days later: by the end of a window its next two steps are known, and not the
        // third.
        double[] announced = new double[returns.length];
        Arrays.setAll(announced, day -> day + 2 < returns.length ? returns[day + 2] : 0);
        Dataset<Row> days = days(returns, announced);
        LstmRegressionModel model = regressor(3).fit(days);
        double[] explained = explained(model, days, returns);
        System.out.printf("[real data] stock-aapl, shares of returns explained: %s%n", Arrays.toString(explained));
        assertThat(explained[0]).isGreaterThan(0.7);
        assertThat(explained[1]).isGreaterThan(0.7);
        assertThat(explained[2]).isLessThan(0.03);
    }

    @Test
    void valuesAfterTheCutChangeNeitherTheNetworkNorItsScaling() {
        double[] later = returns.clone();
        for (int day = HELD_OUT - 1; day < later.length; day++) {
            later[day] = 50 - 100 * later[day];
        }
        Dataset<Row> days = days(returns, returns);
        LstmRegressor regressor = regressor(1).setMaxEpochs(2);
        LstmRegressionModel model = regressor.fit(days);
        LstmRegressionModel other = regressor.fit(days(later, later));
        assertThat(forecasts(other, days)).isEqualTo(forecasts(model, days));
        // What was changed is looked at, but for validation only.
        assertThat(other.summary().metric("validation-loss"))
                .isNotEqualTo(model.summary().metric("validation-loss"));
    }

    private static List<Row> forecasts(LstmRegressionModel model, Dataset<Row> days) {
        return model.transform(days).select("day", "next").orderBy("day").collectAsList();
    }
}
