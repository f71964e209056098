package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;

/** An LSTM on a table of events as a forecaster, with intervals. */
class LstmBacktestTest {

    private static final double[] LEVELS = {0.1, 0.5, 0.9};

    /** A wave of twelve hours a car, with noise that follows from the row. */
    private static Dataset<Row> events() {
        return LocalSpark.session()
                .range(6 * 100)
                .selectExpr("concat('car-', id % 6) car", "id div 6 hour", "id % 6 n", "id")
                .selectExpr(
                        "car", "hour", "500 + 40 * sin(pi() * (hour + 2 * n) / 6) + pmod(hash(id), 100) / 25D wave");
    }

    private static LstmRegressor lstm() {
        return new LstmRegressor()
                .setEntityCol("car")
                .setTimeCol("hour")
                .setInputCols(new String[] {"wave"})
                .setTargetCols(new String[] {"wave"})
                .setWindowLength(12)
                .setHorizon(3)
                .setQuantiles(LEVELS)
                .setLoss("quantile")
                .setPredictionsCol("next")
                .setNetwork(Network.sequence(12, 1)
                        .add("lstm", RecurrentLayer.lstm(16))
                        .build())
                .setMaxEpochs(30)
                .setBatchSize(32)
                .setLearningRate(0.02)
                .setNumThreads(1);
    }

    @Test
    void anLstmStandsBesideTheBaselines() {
        Backtest backtest = new Backtest(3)
                .entityCol("car")
                .timeCol("hour")
                .targetCols("wave")
                .season(12)
                .origins(Origins.last(4, 5))
                .fitOnce()
                .model("lstm", StageForecaster.ofEstimator(lstm(), "next").quantiles(LEVELS));
        try (BacktestResult result = backtest.run(events())) {
            ForecastFigures lstm = result.metrics().overall("lstm");
            assertThat(lstm.count()).isEqualTo(6 * 4 * 3);
            assertThat(lstm.missingForecasts()).isZero();
            assertThat(lstm.mae())
                    .isLessThan(0.4 * result.metrics().overall("naive").mae());
            assertThat(lstm.intervals().get(0).coverage()).isBetween(0.4, 1.0);
            assertThat(lstm.pinball()).isLessThan(lstm.mae());
            assertThat(result.picture()).contains("car-0: wave, forecast from 96", "10 to 90 %", "<polygon");
        }
    }
}
