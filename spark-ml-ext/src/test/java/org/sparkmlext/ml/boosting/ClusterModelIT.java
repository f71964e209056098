package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.ExecutorProcesses;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** The model of a cluster of two worker processes is the local one, bit for bit, also after an executor is killed. */
@Tag("full")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterModelIT {

    @TempDir
    private Path directory;

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
                .appName("same model")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "700m")
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.locality.wait", "500ms")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
    }

    private String local(String master, int workers) throws IOException {
        SparkSession spark = session(master);
        return ModelBytes.sha256(ModelBytes.estimator().setNumWorkers(workers).fit(ModelBytes.table(spark)), directory);
    }

    @Test
    void everyMasterTrainsTheSameModel() throws IOException {
        String expected = local("local[1]", 1);
        assertThat(local("local[2]", 3)).isEqualTo(expected);
        Dataset<Row> rows = ModelBytes.table(session("local-cluster[2,1,1024]"));
        assertThat(ModelBytes.sha256(ModelBytes.estimator().fit(rows), directory))
                .isEqualTo(expected);
        Dataset<Row> shuffled = rows.repartition(7).orderBy(functions.rand(5));
        assertThat(ModelBytes.sha256(ModelBytes.estimator().setNumWorkers(2).fit(shuffled), directory))
                .isEqualTo(expected);
    }

    @Test
    void aRegressorTrainsAndScoresOnWorkerProcessesAsLocally() throws IOException {
        Dataset<Row> local = ModelBytes.table(session("local[2]"));
        BoostedTreesRegressionModel expected = ModelBytes.regressor().fit(local);
        List<Row> predictions = predictions(expected, local);
        String bytes = ModelBytes.sha256(expected, directory);
        Dataset<Row> rows = ModelBytes.table(session("local-cluster[2,1,1024]"));
        BoostedTreesRegressionModel model = ModelBytes.regressor().fit(rows);
        assertThat(ModelBytes.sha256(model, directory)).isEqualTo(bytes);
        assertThat(predictions(model, rows.repartition(4))).isEqualTo(predictions);
    }

    /** How often each prediction occurs: scored on the executors, whatever the order of rows. */
    private static List<Row> predictions(BoostedTreesRegressionModel model, Dataset<Row> rows) {
        List<Row> groups = model.transform(rows)
                .groupBy("prediction", "quantiles")
                .count()
                .orderBy("prediction", "count")
                .select("prediction", "count")
                .collectAsList();
        assertThat(groups).hasSizeGreaterThan(20);
        return groups;
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "disk"})
    void aKilledExecutorCostsAtMostOneRoundAndNothingOfTheModel(String shardStorage) throws IOException {
        String expected = local("local[2]", 1);
        SparkSession spark = session("local-cluster[2,1,1024]");
        Dataset<Row> rows = ModelBytes.table(spark);
        KillExecutor killer = new KillExecutor(10);
        BoostedTreesClassificationModel model = ModelBytes.estimator()
                .setShardStorage(shardStorage)
                .addListener(killer)
                .fit(rows);
        assertThat(killer.hasKilled).isTrue();
        assertThat(killer.attempts).as("attempts: %s", killer.retries).isEqualTo(2);
        assertThat(killer.rounds).doesNotHaveDuplicates().hasSize(30);
        assertThat(ModelBytes.sha256(model, directory)).isEqualTo(expected);
    }

    /** Kills one executor process of this application after a round. */
    private static final class KillExecutor implements TrainingListener {
        private final int afterRound;
        private final List<Integer> rounds = new ArrayList<>();
        private final List<String> retries = new ArrayList<>();
        private boolean hasKilled;
        private boolean hasGoneOn;
        private long killNanos;
        private int attempts;

        private KillExecutor(int afterRound) {
            this.afterRound = afterRound;
        }

        @Override
        public void roundFinished(RoundReport report) {
            rounds.add(report.round());
            if (!retries.isEmpty() && !hasGoneOn) {
                hasGoneOn = true;
                System.out.printf(
                        "[cluster] %.1f s from the kill of an executor to the next round; attempt %s%n",
                        (System.nanoTime() - killNanos) / 1e9, retries);
            }
            if (report.round() == afterRound) {
                killNanos = System.nanoTime();
                hasKilled = ExecutorProcesses.killOne();
            }
        }

        @Override
        public void retrying(int attempt, int nextRound, String reason) {
            retries.add(attempt + " from " + nextRound + ": " + reason);
        }

        @Override
        public void finished(TrainingReport report) {
            attempts = report.attempts();
        }
    }
}
