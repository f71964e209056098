package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.TimeKind;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.LogLines;

class BacktestTest {

    /** Three shops, 60 days, a week's season, a trend and noise that follow from shop and day; shop 2 opens on day 20. */
    private static Dataset<Row> shops() {
        return LocalSpark.session()
                .range(180)
                .selectExpr("concat('shop-', id % 3) shop", "cast(id div 3 as int) n", "id")
                .where("shop != 'shop-2' or n >= 20")
                .selectExpr(
                        "shop",
                        "n",
                        "date_add(date'2024-01-01', n) day",
                        "10 + 0.2D * n + 3 * (n % 7) + pmod(hash(id), 100) / 50D sold",
                        "cast(5 + n % 7 as double) price");
    }

    private static Backtest shopBacktest(int horizon) {
        return new Backtest(horizon).entityCol("shop").timeCol("day").targetCols("sold", "price");
    }

    private static Backtest backtest() {
        return shopBacktest(3).season(7).origins(Origins.last(4, 5));
    }

    private static Map<String, Row> byPoint(Dataset<Row> forecasts) {
        Map<String, Row> rows = new TreeMap<>();
        forecasts
                .select("model", "entity", "origin", "step", "target", "actual", "forecast", "time")
                .collectAsList()
                .forEach(row -> rows.put(
                        row.get(0) + "|" + row.get(1) + "|" + row.get(2) + "|" + row.get(3) + "|" + row.get(4), row));
        return rows;
    }

    @Test
    void forecastsStandBesideWhatCame() {
        try (BacktestResult result =
                backtest().withDrift().withExponentialSmoothing().withRidge(7).run(shops())) {
            assertThat(result.models()).containsExactly("naive", "seasonal-naive", "drift", "holt-winters", "ridge");
            Dataset<Row> forecasts = result.forecasts();
            assertThat(forecasts.schema().apply("origin").dataType()).isEqualTo(DataTypes.DateType);
            assertThat(forecasts.select("origin").distinct().orderBy("origin").collectAsList().stream()
                            .map(row -> row.get(0).toString()))
                    .containsExactly("2024-02-11", "2024-02-16", "2024-02-21", "2024-02-26");
            Map<String, Row> rows = byPoint(forecasts);
            assertThat(rows).hasSize(5 * 3 * 4 * 3 * 2);
            Row naive = rows.get("naive|shop-1|2024-02-21|2|sold");
            double expected = shops().where("shop = 'shop-1' and day = date'2024-02-21'")
                    .select("sold")
                    .first()
                    .getDouble(0);
            double came = shops().where("shop = 'shop-1' and day = date'2024-02-23'")
                    .select("sold")
                    .first()
                    .getDouble(0);
            assertThat(naive.getDouble(6)).isEqualTo(expected);
            assertThat(naive.getDouble(5)).isEqualTo(came);
            assertThat(naive.get(7).toString()).isEqualTo("2024-02-23");
            ForecastFigures seasonal = result.metrics().overall("seasonal-naive");
            assertThat(seasonal.count()).isEqualTo(3 * 4 * 3 * 2);
            assertThat(result.metrics().byTargets("seasonal-naive").get("price").mae())
                    .as("price is a pure season")
                    .isZero();
            assertThat(result.metrics().overall("holt-winters").mae()).isLessThan(seasonal.mae());
            assertThat(result.metrics().overall("ridge").missingForecasts()).isZero();
            assertThat(result.describe())
                    .startsWith("model ")
                    .contains("holt-winters ", "72 points", "MASE leaves out 36 points");
            assertThat(result.toJson()).contains("\"model\" : \"ridge\"", "\"bySteps\"", "\"mase\" : null");
        }
    }

    @Test
    void nothingOfTheFutureIsUsed() {
        Backtest backtest = shopBacktest(3)
                .season(7)
                .origins(Origins.at("2024-02-11", "2024-02-16"))
                .withDrift()
                .withExponentialSmoothing()
                .withRidge(7);
        for (Backtest kind : List.of(backtest.refitEachOrigin(), backtest.fitOnce(), backtest.slidingWindow(30))) {
            Dataset<Row> changed =
                    shops().withColumn("sold", functions.expr("if(day > date'2024-02-16', -1000 * n, sold)"));
            try (BacktestResult before = kind.run(shops());
                    BacktestResult after = kind.run(changed)) {
                Map<String, Row> expected = byPoint(before.forecasts());
                assertThat(byPoint(after.forecasts()))
                        .allSatisfy((point, row) -> assertThat(row.get(6))
                                .as(point)
                                .isEqualTo(expected.get(point).get(6)));
            }
        }
    }

    @Test
    void fittedOnceNothingAfterTheFirstOriginIsLearnt() {
        Backtest backtest = shopBacktest(2)
                .season(7)
                .origins(Origins.at("2024-02-05", "2024-02-20"))
                .fitOnce()
                .withRidge(5);
        // The windows that the forecasts from 20 February see are the same; what lies between could only have been
        // learnt from.
        Dataset<Row> changed = shops().withColumn(
                        "sold",
                        functions.expr("if(day > date'2024-02-05' and day <= date'2024-02-15', 77.0 * n, sold)"));
        try (BacktestResult before = backtest.run(shops());
                BacktestResult after = backtest.run(changed)) {
            Map<String, Row> expected = byPoint(before.forecasts().where("model = 'ridge' and day(origin) = 20"));
            Map<String, Row> got = byPoint(after.forecasts().where("model = 'ridge' and day(origin) = 20"));
            assertThat(got).hasSize(12);
            got.forEach((point, row) -> assertThat(row.get(6))
                    .as(point)
                    .isEqualTo(expected.get(point).get(6)));
        }
        try (BacktestResult once = backtest.run(shops());
                BacktestResult again = backtest.refitEachOrigin().run(shops())) {
            assertThat(once.metrics().overall("ridge").mae())
                    .isNotEqualTo(again.metrics().overall("ridge").mae());
        }
    }

    @Test
    void aSlidingWindowForgets() {
        Dataset<Row> line = LocalSpark.session().range(40).selectExpr("id t", "if(id < 20, 0.0, cast(id as double)) y");
        Backtest backtest = new Backtest(2)
                .timeCol("t")
                .targetCols("y")
                .origins(Origins.at("35"))
                .withDrift();
        try (BacktestResult all = backtest.run(line);
                BacktestResult some = backtest.slidingWindow(10).run(line)) {
            assertThat(all.metrics().overall("drift").mae()).isCloseTo(0, within(1e-12));
            assertThat(some.metrics().overall("drift").mae()).isCloseTo(0, within(1e-12));
        }
    }

    @Test
    void aForecasterOfOnesOwnIsFittedAtEachOriginOrOnce() {
        List<String> calls = new ArrayList<>();
        Forecaster mean = task -> {
            long last = task.training()
                    .agg(functions.max(ForecastTask.TIME))
                    .first()
                    .getLong(0);
            calls.add(task.origins().size() + " origins, training to " + TimeKind.DATE.text(last, ZoneOffset.UTC));
            assertThat(task.training().columns()).contains("n", "price", "shop");
            return task.training()
                    .groupBy(functions.col(ForecastTask.ENTITY).as("entity"))
                    .agg(functions.mean("sold").as("forecast"))
                    .withColumn("target", functions.lit("sold"))
                    .withColumn("step", functions.lit(1))
                    .withColumn("p10", functions.col("forecast").minus(50))
                    .withColumn("p90", functions.col("forecast").plus(50))
                    .withColumn(
                            "origin",
                            functions.explode(functions.array(task.origins().stream()
                                    .map(functions::lit)
                                    .toArray(org.apache.spark.sql.Column[]::new))));
        };
        try (BacktestResult result =
                shopBacktest(2).origins(Origins.last(2, 10)).model("mean", mean).run(shops())) {
            assertThat(calls).containsExactly("1 origins, training to 2024-02-17", "1 origins, training to 2024-02-27");
            ForecastFigures figures = result.metrics().overall("mean");
            assertThat(figures.count()).isEqualTo(3 * 2);
            assertThat(figures.missingForecasts()).isEqualTo(3 * 2 * 2 * 2 - 3 * 2);
            assertThat(figures.intervals().get(0).coverage()).isEqualTo(1);
            assertThat(result.metrics().overall("naive").quantiles()).isEmpty();
            assertThat(result.describe()).contains("mean has no forecast for 18 of them", "100.00 % of 80.00 %");
            assertThat(result.picture()).contains("<polygon", "10 to 90 %", "shop-0: sold, forecast from 2024-02-27");
            assertThat(result.picture("shop-2", "price", "2024-02-17")).contains("shop-2: price");
            assertThatThrownBy(() -> result.picture("shop-9", "sold", "1970-01-01"))
                    .hasMessageContaining("no forecast of 'sold' of entity 'shop-9' from 1970-01-01");
        }
        calls.clear();
        shopBacktest(2)
                .origins(Origins.last(2, 10))
                .fitOnce()
                .model("mean", mean)
                .run(shops())
                .close();
        assertThat(calls).containsExactly("2 origins, training to 2024-02-17");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "date_add(date'1969-12-30', cast(id as int))",
                "timestamp_micros(id * 5400000001 - 7200000000)",
                "timestamp_ntz'2024-03-31 01:30:00.000007' + id * interval '30' minute",
                "cast(id as smallint)",
                "id - 4"
            })
    void timesOfEveryKindComeBackAsTheyWere(String time) {
        Dataset<Row> events = LocalSpark.session().range(10).selectExpr(time + " t", "cast(id as double) y");
        try (BacktestResult result = new Backtest(3)
                .timeCol("t")
                .targetCols("y")
                .origins(Origins.last(4, 1))
                .run(events)) {
            Dataset<Row> forecasts = result.forecasts();
            List<Row> expected = events.orderBy("y").collectAsList();
            forecasts.collectAsList().forEach(row -> {
                int step = row.getInt(row.fieldIndex("step"));
                int actual = (int) row.getDouble(row.fieldIndex("actual"));
                assertThat(row.get(row.fieldIndex("time")).toString())
                        .isEqualTo(expected.get(actual).get(0).toString());
                assertThat(row.get(row.fieldIndex("origin")).toString())
                        .isEqualTo(expected.get(actual - step).get(0).toString());
            });
            assertThat(forecasts.count()).isEqualTo(12);
            assertThat(result.picture()).contains("y, forecast from");
        }
    }

    @Test
    void progressIsLoggedForEachOrigin() {
        Forecaster none = task -> LocalSpark.session().createDataFrame(List.of(), LocalForecaster.SCHEMA);
        try (LogLines log = LogLines.withInfo("org.sparkmlext.backtest")) {
            backtest().model("none", none).run(shops()).close();
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("4 origins, 2024-02-11 to 2024-02-26, horizon 3, fitted at each"))
                    .anyMatch(line -> line.contains("none: origin 2 of 4, 2024-02-16: 0 forecasts in "))
                    .anyMatch(line -> line.contains("naive: all 4 origins: 72 forecasts in "));
        }
    }

    @Test
    void missingValuesAreCarriedForwardAndNotMeasured() {
        Dataset<Row> gaps = LocalSpark.session()
                .range(30)
                .selectExpr(
                        "id t", "if(id < 3 or id in (24, 27), null, if(id = 23, double('NaN'), cast(id as double))) y");
        try (BacktestResult result = new Backtest(4)
                .timeCol("t")
                .targetCols("y")
                .origins(Origins.at("24"))
                .withRidge(3)
                .run(gaps)) {
            ForecastFigures naive = result.metrics().overall("naive");
            assertThat(naive.missingActuals()).isEqualTo(1);
            assertThat(naive.mae()).isCloseTo((3 + 4 + 6) / 3.0, within(1e-12));
            assertThat(result.metrics().overall("ridge").count()).isEqualTo(3);
            assertThat(result.describe()).contains("3 points, 1 more without an actual");
        }
    }

    @Test
    void badInputIsToldOf() {
        Dataset<Row> shops = shops();
        assertThatThrownBy(
                        () -> new Backtest(2).timeCol("when").targetCols("sold").run(shops))
                .hasMessageContaining("no column 'when'; the table has shop, n, day, sold, price");
        assertThatThrownBy(
                        () -> new Backtest(2).timeCol("shop").targetCols("sold").run(shops))
                .hasMessageContaining("column 'shop' (timeCol) has type string; allowed: timestamp");
        assertThatThrownBy(
                        () -> new Backtest(2).timeCol("day").targetCols("shop").run(shops))
                .hasMessageContaining("target 'shop' must be numeric, is string");
        assertThatThrownBy(
                        () -> new Backtest(2).timeCol("day").targetCols("sold").run(shops))
                .hasStackTraceContaining("have the same time in column 'day'");
        assertThatThrownBy(() -> shopBacktest(2)
                        .run(shops.withColumn("shop", functions.lit(null).cast("string"))))
                .hasStackTraceContaining("no value in entity column 'shop'");
        assertThatThrownBy(() -> shopBacktest(2).run(shops.withColumn("day", functions.expr("if(n = 30, null, day)"))))
                .hasStackTraceContaining("has no time in column 'day'");
        assertThatThrownBy(() -> shopBacktest(20).origins(Origins.last(5, 10)).run(shops))
                .hasMessageContaining("take 61 distinct times; the table has 60");
        assertThatThrownBy(() -> backtest().fitOnce("2024-02-20").run(shops))
                .hasMessageContaining("training until 2024-02-20 goes beyond the first origin, 2024-02-11");
        assertThatThrownBy(() -> backtest().withRidge(90).run(shops))
                .hasMessageContaining("needs series of at least 93 rows");
        assertThatThrownBy(() -> backtest().model("ridge", task -> shops)).hasMessageContaining("'ridge' is taken");
        assertThatThrownBy(() -> backtest().origins(Origins.at("yesterday")).run(shops))
                .hasMessageContaining("'yesterday' is no date such as 2024-03-01");
        assertThatThrownBy(() -> new Backtest(1).timeCol("day").run(shops))
                .hasMessageContaining("targetCols is not set");
        assertThatThrownBy(() -> new Backtest(0)).hasMessageContaining("at least 1 row, got 0");
        assertThatThrownBy(() -> new Backtest(1).targetCols("y", "y")).hasMessageContaining("twice");
    }
}
