package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** A master and two workers of one core each, in processes of their own. */
@Tag("full")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClusterTrainingIT {

    private static byte[] expected;
    private static SparkSession spark;

    @BeforeAll
    static void open() throws IOException {
        SparkHome.prepare();
        expected = ClusterSessions.expectedBytes();
        spark = ClusterSessions.builder()
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .getOrCreate();
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static DistributedTrainer.Result train(
            Dataset<Row> data, int numWorkers, ColumnSums algorithm, TrainingListener listener) {
        return DistributedTrainer.train(
                data, Tables.COLUMNS, algorithm, new RuntimeOptions(numWorkers, 0, "cpu"), listener);
    }

    private static Dataset<Row> rows() {
        return Tables.rows(spark, ClusterSessions.ROWS, 3);
    }

    @Test
    void twoExecutorsGiveTheResultOfOneThread() {
        Events events = new Events();
        DistributedTrainer.Result result = train(rows(), 0, ColumnSums.rounds(ClusterSessions.ROUNDS), events);
        assertThat(result.bytes()).isEqualTo(expected);
        TrainingReport report = result.report();
        assertThat(report.numWorkers()).isEqualTo(2);
        assertThat(report.rowsPerWorker()).containsExactly(500L, 501L);
        assertThat(report.attempts()).isEqualTo(1);
        assertThat(report.secondsByPhase()).containsOnlyKeys("executors", "scan", "shard", "gather", "train");
        RoundReport round = report.rounds().get(0);
        assertThat(round.metrics().get("pid-0"))
                .as("ranks are processes")
                .isNotEqualTo(round.metrics().get("pid-1"));
        assertThat(events.heard.get(0)).isEqualTo("started 0 with 2");
        assertThat(events.heard).hasSize(ClusterSessions.ROUNDS + 2).endsWith("finished");
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
    }

    @Test
    void matchingPartitionsAreNotMoved() {
        byte[] moved = train(Tables.rows(spark, 800, 5), 2, ColumnSums.rounds(2), new Events())
                .bytes();
        assertThat(train(Tables.rows(spark, 800, 2), 2, ColumnSums.rounds(2), new Events())
                        .bytes())
                .isEqualTo(moved);
        // As many partitions, but narrowed from more in the same stage, which a barrier cannot stand on.
        assertThat(train(Tables.rows(spark, 800, 4).coalesce(2), 2, ColumnSums.rounds(2), new Events())
                        .bytes())
                .isEqualTo(moved);
    }

    @Test
    void aTableThatTheExecutorsHeapsDoNotHoldIsTrainedOnInFiles() {
        for (int partitions : new int[] {2, 5}) {
            // Two partitions stay where they are, five are moved to two workers; neither may stay in an executor's
            // heap.
            Dataset<Row> data = Tables.rows(spark, 1_000_001, partitions);
            byte[] expected = train(data, 2, ColumnSums.rounds(2), new Events()).bytes();
            List<StorageLevel> levels = new ArrayList<>();
            Events events = new Events() {
                @Override
                public void roundFinished(RoundReport report) {
                    super.roundFinished(report);
                    JavaSparkContext.fromSparkContext(spark.sparkContext())
                            .getPersistentRDDs()
                            .values()
                            .forEach(rdd -> levels.add(rdd.getStorageLevel()));
                }
            };
            // 8 bytes a row of features, half of them a worker, and 4 of a label.
            DistributedTrainer.Result result = DistributedTrainer.train(
                    data, Tables.COLUMNS, ColumnSums.rounds(2), new RuntimeOptions(2, 0, "cpu"), events, 500_000 * 12);
            assertThat(result.bytes()).isEqualTo(expected);
            assertThat(result.report().attempts()).isEqualTo(1);
            assertThat(levels).isNotEmpty().containsOnly(StorageLevel.DISK_ONLY());
        }
    }

    @Test
    void aKilledExecutorCostsAtMostOneRound() {
        ClusterSessions.KillRank kill = new ClusterSessions.KillRank(1, 3);
        DistributedTrainer.Result result =
                train(rows(), 2, ColumnSums.rounds(ClusterSessions.ROUNDS).slow(300), kill);
        kill.check(result, expected);
    }

    @Test
    void theStateOutlivesRankZeroToo() {
        ClusterSessions.KillRank kill = new ClusterSessions.KillRank(0, 4);
        DistributedTrainer.Result result =
                train(rows(), 2, ColumnSums.rounds(ClusterSessions.ROUNDS).slow(300), kill);
        kill.check(result, expected);
    }

    @Test
    void otherRowsAfterALossAreFoundOut() {
        var random = functions
                .udf((Long id) -> Math.random() + id, DataTypes.DoubleType)
                .asNondeterministic();
        for (int partitions : new int[] {2, 3}) {
            // Two partitions are trained on where they are, three are moved to two workers.
            Dataset<Row> data = Tables.rows(spark, 1000, partitions).withColumn("a", random.apply(functions.col("id")));
            assertThatThrownBy(() -> train(
                            data,
                            2,
                            ColumnSums.rounds(ClusterSessions.ROUNDS).slow(300),
                            new ClusterSessions.KillRank(1, 2)))
                    .isExactlyInstanceOf(InvalidTrainingDataException.class)
                    .hasMessageContaining(
                            "gave other rows, or the same rows in another order, when it was evaluated again")
                    .hasMessageContaining("the query is not deterministic");
        }
    }

    @Test
    void anErrorInTheDataEndsTheRunAtOnce() {
        // Which of the rounds before the error are heard of is a race, so the processes are asked for beforehand.
        Events before = new Events();
        train(rows(), 2, ColumnSums.rounds(4).slow(600), before);
        Events events = new Events();
        assertThatThrownBy(() ->
                        train(rows(), 2, ColumnSums.rounds(6).failing(ColumnSums.Fault.INVALID_DATA, 1, 2), events))
                .isExactlyInstanceOf(InvalidTrainingDataException.class)
                .hasMessageMatching(
                        "rank 1 \\(executor \\d+ \\(\\S+\\)\\), round 2: column 'x' is not to be learnt from");
        // Another attempt there must not be.
        assertThat(events.heard).startsWith("started 0 with 2").hasSizeLessThanOrEqualTo(3);
        assertThat(events.heard).filteredOn(text -> !text.startsWith("round")).hasSize(1);
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
        // The executors outlive the error: the line to the driver breaks without taking them along.
        Events after = new Events();
        DistributedTrainer.Result next = train(rows(), 2, ColumnSums.rounds(4).slow(600), after);
        assertThat(next.report().attempts()).isEqualTo(1);
        assertThat(pids(after)).isEqualTo(pids(before));
    }

    private static Set<Double> pids(Events events) {
        Map<String, Double> metrics = events.rounds.get(0).metrics();
        return Set.of(metrics.get("pid-0"), metrics.get("pid-1"));
    }

    @Test
    void anErrorThatComesAgainEndsTheRunAfterTheSecondAttempt() {
        Events events = new Events();
        assertThatThrownBy(() ->
                        train(rows(), 2, ColumnSums.rounds(6).failing(ColumnSums.Fault.ILLEGAL_STATE, 1, 2), events))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("round 2: the state is illegal");
        assertThat(events.heard).hasSize(5).endsWith("started 1 with 2");
        assertThat(events.heard.get(3))
                .startsWith("retrying 1 from 2: rank 1 (executor")
                .endsWith("attempt 1 goes on from round 2 (round 2 repeated)");
    }

    @Test
    void moreWorkersThanSlotsAreRefusedWithTheNumbers() {
        assertThatThrownBy(() -> train(rows(), 3, ColumnSums.rounds(1), new Events()))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 3")
                .hasMessageContaining("2 executors with [1, 1] cores")
                .hasMessageContaining("allowed here: 1 to 2");
    }

    @Test
    void tooSmallExecutorsAreRefused() {
        assertThatThrownBy(() -> train(rows(), 2, ColumnSums.rounds(1).claiming(1L << 30), new Events()))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Set spark.executor.memory to at least");
    }

    @Test
    void aCancelledRunFreesItsSlots() throws Exception {
        Events events = new Events();
        CompletableFuture<DistributedTrainer.Result> run = CompletableFuture.supplyAsync(() -> {
            spark.sparkContext().setJobGroup("to-be-cancelled", "test", false);
            return train(rows(), 2, ColumnSums.rounds(100_000).slow(50), events);
        });
        assertThat(events.firstRound.await(120, TimeUnit.SECONDS)).isTrue();
        spark.sparkContext().cancelJobGroup("to-be-cancelled");
        assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TrainingCancelledException.class);
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
        assertThat(train(rows(), 2, ColumnSums.rounds(ClusterSessions.ROUNDS), new Events())
                        .bytes())
                .isEqualTo(expected);
    }

    @Test
    void twoRunsAtOnceTakeTurns() throws Exception {
        List<CompletableFuture<byte[]>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(CompletableFuture.supplyAsync(() -> train(
                            rows(), 2, ColumnSums.rounds(ClusterSessions.ROUNDS).slow(50), new Events())
                    .bytes()));
        }
        for (CompletableFuture<byte[]> one : both) {
            assertThat(one.get(120, TimeUnit.SECONDS)).isEqualTo(expected);
        }
    }
}
