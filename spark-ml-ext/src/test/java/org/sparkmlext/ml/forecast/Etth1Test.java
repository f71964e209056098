package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/**
 * The baselines, and a small network, on ETTh1 by the protocol of the data set's page: 12, 4 and 4 months of 30 days to train, validate and test, all 7 columns
 * less their training mean, by their training deviation, every window of the test part.
 */
class Etth1Test {

    private static final List<String> COLUMNS = List.of("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT");
    private static final int MONTH = 30 * 24;
    private static final int HORIZON = 24;

    private static Dataset<Row> scaled() {
        SparkSession spark = LocalSpark.session();
        Dataset<Row> raw = spark.read()
                .option("header", true)
                .option("inferSchema", true)
                .csv(RealData.Directory.file("etth1/ETTh1.csv.gz").toString());
        Dataset<Row> rows = raw.withColumn(
                        "hour",
                        functions.expr(
                                "cast((unix_timestamp(date) - unix_timestamp(timestamp'2016-07-01 00:00:00')) / 3600"
                                        + " as int)"))
                .where(functions.col("hour").lt(20 * MONTH));
        Dataset<Row> training = rows.where(functions.col("hour").lt(12 * MONTH));
        Column[] columns = COLUMNS.stream()
                .map(name -> {
                    Row moments = training.agg(functions.mean(name), functions.stddev_pop(name))
                            .first();
                    return functions
                            .col(name)
                            .minus(moments.getDouble(0))
                            .divide(moments.getDouble(1))
                            .as(name);
                })
                .toArray(Column[]::new);
        Column[] all = new Column[columns.length + 1];
        all[0] = functions.col("hour");
        System.arraycopy(columns, 0, all, 1, columns.length);
        return rows.select(all);
    }

    @Test
    @RealData
    void baselinesHaveTheFiguresOfTheProtocol() {
        Backtest backtest = new Backtest(HORIZON)
                .timeCol("hour")
                .targetCols(COLUMNS.toArray(String[]::new))
                .season(24)
                .fitOnce(Integer.toString(12 * MONTH - 1))
                .origins(Origins.from(Integer.toString(16 * MONTH - 1), 1))
                .withRidge(96)
                .withExponentialSmoothing();
        try (BacktestResult result = backtest.run(scaled())) {
            System.out.println(result.describe());
            ForecastFigures naive = result.metrics().overall(Baselines.NAIVE);
            assertThat(naive.count()).isEqualTo(2857L * HORIZON * 7);
            assertThat(naive.mse()).isCloseTo(1.222, within(5e-4));
            assertThat(naive.mae()).isCloseTo(0.671, within(5e-4));
            ForecastFigures seasonal = result.metrics().overall(Baselines.SEASONAL_NAIVE);
            assertThat(seasonal.mse()).isCloseTo(0.424, within(5e-4));
            assertThat(seasonal.mae()).isCloseTo(0.389, within(5e-4));
            ForecastFigures ridge = result.metrics().overall(Baselines.RIDGE);
            assertThat(ridge.mse()).isCloseTo(0.310, within(5e-4));
            assertThat(ridge.mae()).isCloseTo(0.350, within(5e-4));
        }
    }

    @Test
    @RealData
    void anLstmsFiguresAreThoseOfItsOwnForecasts() {
        String[] columns = COLUMNS.toArray(String[]::new);
        LstmRegressor lstm = new LstmRegressor()
                .setTimeCol("hour")
                .setInputCols(columns)
                .setTargetCols(columns)
                .setWindowLength(24)
                .setHorizon(HORIZON)
                .setStride(8)
                .setPredictionsCol("next")
                .setNetwork("window-norm+gru")
                .setMaxEpochs(4)
                .setBatchSize(32)
                .setLearningRate(0.005)
                .setNumWorkers(1);
        int stride = 100;
        Dataset<Row> hours = scaled().where("hour >= " + 10 * MONTH).persist();
        Backtest backtest = new Backtest(HORIZON)
                .timeCol("hour")
                .targetCols(columns)
                .season(24)
                .fitOnce(Integer.toString(12 * MONTH - 1))
                .origins(Origins.from(Integer.toString(16 * MONTH - 1), stride))
                .model("lstm", StageForecaster.ofEstimator(lstm, "next"));
        try (BacktestResult result = backtest.run(hours)) {
            System.out.println(result.describe());
            // Apart from the backtest: fitted on the same hours, each origin's forecast beside what came.
            Map<Integer, Row> scored =
                    lstm.fit(hours.where("hour < " + 12 * MONTH)).transform(hours).collectAsList().stream()
                            .collect(Collectors.toMap(row -> row.<Integer>getAs("hour"), row -> row));
            double squares = 0;
            double absolutes = 0;
            long count = 0;
            for (int origin = 16 * MONTH - 1; origin + HORIZON < 20 * MONTH; origin += stride) {
                Vector next = scored.get(origin).getAs("next");
                for (int i = 0; i < next.size(); i++) {
                    double actual =
                            scored.get(origin + 1 + i / columns.length).<Double>getAs(columns[i % columns.length]);
                    squares += (next.apply(i) - actual) * (next.apply(i) - actual);
                    absolutes += Math.abs(next.apply(i) - actual);
                    count++;
                }
            }
            ForecastFigures figures = result.metrics().overall("lstm");
            assertThat(figures.count()).isEqualTo(count);
            assertThat(figures.missingForecasts()).isZero();
            assertThat(figures.mse()).isCloseTo(squares / count, withinPercentage(1e-6));
            assertThat(figures.mae()).isCloseTo(absolutes / count, withinPercentage(1e-6));
            assertThat(figures.mse())
                    .isLessThan(result.metrics().overall(Baselines.NAIVE).mse());
        }
        hours.unpersist();
    }
}
