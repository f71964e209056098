package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.SparkHome;

/** A backtest of several series on two worker processes: the figures of one process, and boosted trees ahead of the last value. */
@Tag("full")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterBacktestIT {

    @BeforeAll
    static void home() {
        SparkHome.prepare();
        LocalSpark.stop();
    }

    @AfterEach
    void stop() {
        LocalSpark.stop();
    }

    private static SparkSession session(String master) {
        LocalSpark.stop();
        return SparkSession.builder()
                .master(master)
                .appName("backtest")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "700m")
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.locality.wait", "500ms")
                .config("spark.sql.shuffle.partitions", "3")
                .getOrCreate();
    }

    /** Twelve stations, 400 hours, a day's season. */
    private static Dataset<Row> stations(SparkSession spark) {
        return spark.range(0, 12 * 400, 1, 5)
                .selectExpr("concat('station-', id % 12) station", "cast(id div 12 as int) n", "id")
                .selectExpr(
                        "station",
                        "timestamp_micros(n * 3600000000L) hour",
                        "20 + 5 * sin(n * pi() / 12) + pmod(hash(id), 100) / 80.0 load")
                .orderBy(functions.rand(2));
    }

    private static List<Row> figures(String master) {
        try (BacktestResult result = backtest().run(stations(session(master)))) {
            assertThat(result.metrics().overall("trees").mae())
                    .isLessThan(0.5 * result.metrics().overall("naive").mae());
            assertThat(result.metrics().byEntities().count()).isEqualTo(6 * 12);
            assertThat(result.picture()).contains("station-0: load, forecast from ");
            return result.metrics()
                    .table()
                    .selectExpr("model", "step", "count", "missing_forecasts", "round(mae, 9)", "round(mase, 9)")
                    .collectAsList();
        }
    }

    private static Backtest backtest() {
        return new Backtest(6)
                .entityCol("station")
                .timeCol("hour")
                .targetCols("load")
                .season(24)
                .origins(Origins.last(3, 12))
                .fitOnce()
                .withDrift()
                .withExponentialSmoothing()
                .withRidge(24)
                .model("trees", LagForecaster.of(new BoostedTreesRegressor().setNumTrees(15), 24));
    }

    @Test
    void twoProcessesMeasureWhatOneDoes() {
        assertThat(figures("local-cluster[2,1,1024]"))
                .isEqualTo(figures("local[2]"))
                .hasSize(6 * (1 + 1 + 6));
    }
}
