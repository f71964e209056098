package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.testing.LocalSpark;

/** Stages of Spark ML, and regressors on lags, as forecasters. */
class StageForecasterTest {

    /** Two lines and two seasons, with a little noise that follows from the row. */
    private static Dataset<Row> series() {
        return LocalSpark.session()
                .range(160)
                .selectExpr("id % 2 k", "cast(id div 2 as int) t", "id")
                .selectExpr(
                        "k",
                        "t",
                        "t * 2.0 + k a",
                        "100 * k + 10 * sin(t * 2 * pi() / 8) + pmod(hash(id), 100) / 100.0 b");
    }

    private static Backtest backtest() {
        return new Backtest(2)
                .entityCol("k")
                .timeCol("t")
                .targetCols("a", "b")
                .season(8)
                .origins(Origins.at("60", "70"))
                .fitOnce();
    }

    @Test
    void aModelsVectorIsStepsOfTargetsOfQuantiles() {
        // a + 2 h exactly, and as quantiles one below and one above; b as last known.
        SQLTransformer model = new SQLTransformer()
                .setStatement(
                        "SELECT *, array(a + 1, a + 2, a + 3, b - 1, b, b + 1, a + 3, a + 4, a + 5, b - 1, b, b + 1) f"
                                + " FROM __THIS__");
        try (BacktestResult result = backtest()
                .model("exact", StageForecaster.ofModel(model, "f").quantiles(0.05, 0.5, 0.95))
                .run(series())) {
            assertThat(result.metrics().byTargets("exact").get("a").mae()).isZero();
            assertThat(result.metrics().byTargets("exact").get("a").intervals().get(0))
                    .satisfies(interval -> {
                        assertThat(interval.coverage()).isEqualTo(1);
                        assertThat(interval.nominal()).isCloseTo(0.9, within(1e-12));
                        assertThat(interval.width()).isEqualTo(2);
                    });
            assertThat(result.metrics().byTargets("exact").get("b").mae())
                    .isEqualTo(result.metrics().byTargets("naive").get("b").mae());
            assertThat(result.metrics().overall("exact").count()).isEqualTo(2 * 2 * 2 * 2);
        }
    }

    @Test
    void anEstimatorIsFittedOnTheTrainingRows() {
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new SQLTransformer().setStatement("SELECT *, a + 2 next FROM __THIS__"),
            new VectorAssembler().setInputCols(new String[] {"a", "t"}).setOutputCol("features"),
            new LinearRegression().setLabelCol("next").setRegParam(1e-9)
        });
        try (BacktestResult result = new Backtest(1)
                .entityCol("k")
                .timeCol("t")
                .targetCols("a")
                .origins(Origins.last(3, 1))
                .model("line", StageForecaster.ofEstimator(pipeline, "prediction"))
                .run(series())) {
            assertThat(result.metrics().overall("line").count()).isEqualTo(6);
            assertThat(result.metrics().overall("line").mae()).isLessThan(1e-3);
            assertThat(result.metrics().overall("naive").mae()).isEqualTo(2);
        }
    }

    @Test
    void treesOnLagsBeatTheLastValue() {
        try (BacktestResult result = backtest()
                .model(
                        "trees",
                        LagForecaster.of(
                                new BoostedTreesRegressor().setNumTrees(30).setMinChildWeight(1), 8))
                .run(series())) {
            assertThat(result.metrics().overall("trees").missingForecasts()).isZero();
            assertThat(result.metrics().byTargets("trees").get("b").mae())
                    .isLessThan(
                            0.5 * result.metrics().byTargets("naive").get("b").mae());
        }
    }

    @Test
    void leastSquaresOnLagsIsTheRidgeWithoutPenalty() {
        LinearRegression regression = new LinearRegression().setSolver("normal").setRegParam(0);
        try (BacktestResult result = backtest()
                .model("barely ridge", new RidgeForecaster(3, 1e-9))
                .model("linear", LagForecaster.of(regression, 3))
                .run(series())) {
            List<Row> pairs = result.forecasts()
                    .where("model = 'barely ridge'")
                    .as("r")
                    .join(
                            result.forecasts().where("model = 'linear'").as("l"),
                            org.apache.spark.sql.functions.expr("r.entity = l.entity and r.origin = l.origin"
                                    + " and r.step = l.step and r.target = l.target"))
                    .selectExpr("r.forecast", "l.forecast")
                    .collectAsList();
            assertThat(pairs)
                    .hasSize(16)
                    .allSatisfy(pair -> assertThat(pair.getDouble(0)).isCloseTo(pair.getDouble(1), within(1e-5)));
        }
    }

    @Test
    void whatFitsNoForecastIsToldOf() {
        SQLTransformer three = new SQLTransformer().setStatement("SELECT *, array(1.0, 2.0, 3.0) f FROM __THIS__");
        assertThatThrownBy(() -> backtest()
                        .model("m", StageForecaster.ofModel(three, "f"))
                        .run(series()))
                .hasStackTraceContaining("column 'f' has 3 numbers a row; horizon x targets x quantile levels is 4");
        assertThatThrownBy(() -> backtest()
                        .model("m", StageForecaster.ofModel(three, "g"))
                        .run(series()))
                .hasMessageContaining("no column 'g' with forecasts; it gives k, t, a, b");
        assertThatThrownBy(() -> StageForecaster.ofModel(three, "f").quantiles(0.9, 0.1))
                .hasMessageContaining("must rise, got [0.9, 0.1]");
    }
}
