package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LocalTrainingTest {

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static RuntimeOptions workers(int numWorkers) {
        return new RuntimeOptions(numWorkers, 0, "cpu");
    }

    private static DistributedTrainer.Result train(Dataset<?> data, int numWorkers, ColumnSums algorithm) {
        return DistributedTrainer.train(
                data, Tables.COLUMNS, algorithm, workers(numWorkers), new TrainingListener() {});
    }

    @Test
    void anyNumberOfWorkersAndAnyPartitioningGiveTheSameResult() {
        Dataset<Row> data = Tables.rows(spark, 1000, 1);
        DistributedTrainer.Result one = train(data, 1, ColumnSums.rounds(4));
        assertThat(one.featureNames()).containsExactly("a", "b");
        assertThat(one.report().rounds()).hasSize(4);
        assertThat(one.report().rounds().get(0).metrics()).containsEntry("rows", 1000.0);
        for (int numWorkers : new int[] {0, 2, 3, 7}) {
            assertThat(train(data, numWorkers, ColumnSums.rounds(4)).bytes()).isEqualTo(one.bytes());
        }
        Dataset<Row> moved = data.orderBy(functions.rand(5)).repartition(7);
        assertThat(train(moved, 3, ColumnSums.rounds(4)).bytes()).isEqualTo(one.bytes());
        assertThat(train(Tables.rows(spark, 999, 1), 1, ColumnSums.rounds(4)).bytes())
                .isNotEqualTo(one.bytes());
    }

    @Test
    void vectorsGiveTheSameResultInAnyFormOnAnyNumberOfWorkers() {
        byte[] expected = trainVectors(Tables.vectors(spark, 1000, 1, Tables.Form.DENSE), 1);
        for (Tables.Form form : Tables.Form.values()) {
            Dataset<Row> data = Tables.vectors(spark, 1000, 4, form);
            for (int numWorkers : new int[] {1, 3}) {
                assertThat(trainVectors(data, numWorkers)).isEqualTo(expected);
                // Partitions without and with many values: their blocks differ in form.
                assertThat(trainVectors(data.repartition(3, functions.expr("id % 3")), numWorkers))
                        .isEqualTo(expected);
            }
        }
    }

    private static byte[] trainVectors(Dataset<Row> data, int numWorkers) {
        return DistributedTrainer.train(
                        data,
                        Tables.VECTOR_COLUMNS,
                        ColumnSums.rounds(2),
                        workers(numWorkers),
                        new TrainingListener() {})
                .bytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void droppedFeaturesAreFreeWhileTrainingGoesOn(int numWorkers) {
        DistributedTrainer.Result result = DistributedTrainer.train(
                Tables.rows(spark, 50_000, 3),
                Tables.columns("w", "v"),
                new FeatureDropper(),
                workers(numWorkers),
                new TrainingListener() {});
        assertThat(result.bytes()).as("columns still held by somebody").containsExactly(0);
    }

    @Test
    void rowsAreBalancedToWithinOneRow() {
        // One partition holds nearly everything, some hold nothing.
        Dataset<Row> skewed = Tables.rows(spark, 1000, 5).filter("id < 200 or id = 999");
        assertThat(train(skewed, 3, ColumnSums.rounds(1)).report().rowsPerWorker())
                .containsExactly(67L, 67L, 67L);
        assertThat(train(skewed, 2, ColumnSums.rounds(1)).report().rowsPerWorker())
                .containsExactlyInAnyOrder(100L, 101L);
    }

    @Test
    void weightsAndValidationRowsReachTheAlgorithm() {
        Dataset<Row> data = Tables.rows(spark, 1000, 3);
        List<byte[]> results = new ArrayList<>();
        for (int numWorkers : new int[] {1, 3}) {
            DistributedTrainer.Result result = DistributedTrainer.train(
                    data,
                    Tables.columns("w", "v"),
                    ColumnSums.rounds(2),
                    workers(numWorkers),
                    new TrainingListener() {});
            java.nio.ByteBuffer sums = java.nio.ByteBuffer.wrap(result.bytes());
            assertThat(sums.getLong(8)).as("training rows").isEqualTo(750);
            assertThat(sums.getLong(16)).as("validation rows").isEqualTo(250);
            // Each third of all weighs 1, 2, 3; validation rows are each fourth.
            assertThat(sums.getLong(32)).as("weights").isEqualTo(weightOfTrainingRows() * 10_000);
            results.add(result.bytes());
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
    }

    private static long weightOfTrainingRows() {
        long sum = 0;
        for (int id = 0; id < 1000; id++) {
            sum += id % 4 == 3 ? 0 : 1 + id % 3;
        }
        return sum;
    }

    @Test
    void theDataFrameIsEvaluatedOnce() {
        LongAccumulator evaluations = spark.sparkContext().longAccumulator();
        var counting = functions
                .udf(
                        (Long id) -> {
                            evaluations.add(1);
                            return Math.random() + id;
                        },
                        DataTypes.DoubleType)
                .asNondeterministic();
        Dataset<Row> data = Tables.rows(spark, 500, 4).withColumn("a", counting.apply(functions.col("id")));
        train(data, 3, ColumnSums.rounds(3));
        assertThat(evaluations.value()).isEqualTo(500);
    }

    @Test
    void listenersHearOfTheRunInOrderOnTheCallersThread() {
        Events events = new Events() {
            @Override
            public void roundFinished(RoundReport report) {
                super.roundFinished(report);
                throw new IllegalStateException("a listener's trouble is its own");
            }
        };
        DistributedTrainer.Result result = DistributedTrainer.train(
                Tables.rows(spark, 100, 2), Tables.COLUMNS, ColumnSums.rounds(3), workers(2), events);
        assertThat(events.heard).containsExactly("started 0 with 2", "round 0", "round 1", "round 2", "finished");
        assertThat(events.threads).allMatch(thread -> thread == Thread.currentThread());
        assertThat(result.report().secondsByPhase()).containsOnlyKeys("scan", "shard", "train");
        assertThat(result.report().devices()).hasSize(2).allMatch(device -> device.startsWith("cpu"));
        assertThat(result.report().attempts()).isEqualTo(1);
    }

    @Test
    void nothingStaysPersistedAndNoThreadStaysBehind() {
        train(Tables.rows(spark, 100, 2), 2, ColumnSums.rounds(1));
        assertThatThrownBy(() -> train(
                        Tables.rows(spark, 100, 2),
                        2,
                        ColumnSums.rounds(3).failing(ColumnSums.Fault.ILLEGAL_STATE, 1, 1)))
                .isInstanceOf(IllegalStateException.class);
        LeftBehind.assertNothing(spark);
    }

    @Test
    void sparkKeepsNoBlocksWhileTheRanksTrain() {
        List<Integer> persisted = new ArrayList<>();
        Events events = new Events() {
            @Override
            public void roundFinished(RoundReport report) {
                persisted.add(spark.sparkContext().getPersistentRDDs().size());
            }
        };
        DistributedTrainer.train(
                Tables.rows(spark, 100, 2), Tables.COLUMNS, ColumnSums.rounds(3).slow(50), workers(2), events);
        assertThat(persisted).containsExactly(0, 0, 0);
    }

    @Test
    void theErrorOfARankReachesTheCallerAsItIs() {
        Dataset<Row> data = Tables.rows(spark, 100, 2);
        assertThatThrownBy(() -> train(data, 3, ColumnSums.rounds(3).failing(ColumnSums.Fault.INVALID_DATA, 2, 1)))
                .isExactlyInstanceOf(InvalidTrainingDataException.class)
                .hasMessage("rank 2 (this JVM), round 1: column 'x' is not to be learnt from");
        assertThatThrownBy(() -> train(data, 3, ColumnSums.rounds(3).failing(ColumnSums.Fault.ILLEGAL_STATE, 0, 0)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("rank 0 (this JVM), round 0: the state is illegal");
        assertThatThrownBy(() -> train(data, 1, ColumnSums.rounds(3).failing(ColumnSums.Fault.OUT_OF_MEMORY, 0, 2)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("round 2: pretended")
                .hasMessageContaining("java.lang.OutOfMemoryError")
                .hasCauseExactlyInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> train(data, 2, ColumnSums.rounds(3).failing(ColumnSums.Fault.CHECKED_LOOKALIKE, 1, 0)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rank 1 (this JVM), round 0: odd 7");
    }

    @Test
    void moreWorkersThanRowsAreRefusedWithTheNumbers() {
        assertThatThrownBy(() -> train(Tables.rows(spark, 3, 2), 4, ColumnSums.rounds(1)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 4")
                .hasMessageContaining("only 3 training rows")
                .hasMessageContaining("1 to 3");
        assertThat(train(Tables.rows(spark, 3, 2), 3, ColumnSums.rounds(1))
                        .report()
                        .rowsPerWorker())
                .containsExactly(1L, 1L, 1L);
    }

    @Test
    void anUnknownDeviceIsRefused() {
        assertThatThrownBy(() -> DistributedTrainer.train(
                        Tables.rows(spark, 30, 2),
                        Tables.COLUMNS,
                        ColumnSums.rounds(1),
                        new RuntimeOptions(2, 0, "abacus"),
                        new TrainingListener() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device is 'abacus'");
    }

    @Test
    void aCancelledJobGroupEndsTheRun() throws Exception {
        Events events = new Events();
        CompletableFuture<DistributedTrainer.Result> run = CompletableFuture.supplyAsync(() -> {
            spark.sparkContext().setJobGroup("to-be-cancelled", "test", false);
            return DistributedTrainer.train(
                    Tables.rows(spark, 100, 2),
                    Tables.COLUMNS,
                    ColumnSums.rounds(100_000).slow(50),
                    workers(3),
                    events);
        });
        assertThat(events.firstRound.await(60, TimeUnit.SECONDS)).isTrue();
        spark.sparkContext().cancelJobGroup("to-be-cancelled");
        assertThatThrownBy(() -> run.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TrainingCancelledException.class);
        LeftBehind.assertNothing(spark);
    }

    @ParameterizedTest(name = "shuffle in the query: {0}")
    @ValueSource(booleans = {true, false})
    void aScanCanBeCancelledToo(boolean hasShuffle) throws Exception {
        CountDownLatch isReading = READING.get(hasShuffle);
        var slow = functions.udf(
                (Long id) -> {
                    READING.get(hasShuffle).countDown();
                    Thread.sleep(20);
                    return (double) id;
                },
                DataTypes.DoubleType);
        Dataset<Row> rows = Tables.rows(spark, 400, 2).withColumn("a", slow.apply(functions.col("id")));
        CompletableFuture<DistributedTrainer.Result> run = CompletableFuture.supplyAsync(() -> {
            spark.sparkContext().setJobGroup("scan-to-be-cancelled", "test", false);
            return train(hasShuffle ? rows.repartition(3) : rows, 1, ColumnSums.rounds(1));
        });
        assertThat(isReading.await(60, TimeUnit.SECONDS)).isTrue();
        spark.sparkContext().cancelJobGroup("scan-to-be-cancelled");
        assertThatThrownBy(() -> run.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TrainingCancelledException.class);
        LeftBehind.assertNothing(spark);
    }

    /** Static, for Spark carries a copy of the function; one a case, for killed tasks of the other may still read. */
    private static final Map<Boolean, CountDownLatch> READING =
            Map.of(true, new CountDownLatch(1), false, new CountDownLatch(1));

    @Test
    void anInterruptedCallerEndsTheRun() throws Exception {
        Events events = new Events();
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                DistributedTrainer.train(
                        Tables.rows(spark, 100, 2),
                        Tables.COLUMNS,
                        ColumnSums.rounds(100_000).slow(50),
                        workers(2),
                        events);
                outcome.complete(new AssertionError("the run ended by itself"));
            } catch (RuntimeException e) {
                outcome.complete(e);
            }
        });
        caller.start();
        assertThat(events.firstRound.await(60, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(TrainingCancelledException.class);
        caller.join();
        LeftBehind.assertNothing(spark);
    }

    @Test
    void twoRunsAtOnceDoNotDisturbEachOther() throws Exception {
        byte[] alone =
                train(Tables.rows(spark, 300, 2), 1, ColumnSums.rounds(20)).bytes();
        List<CompletableFuture<byte[]>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(CompletableFuture.supplyAsync(() -> train(
                            Tables.rows(spark, 300, 3), 2, ColumnSums.rounds(20).slow(10))
                    .bytes()));
        }
        for (CompletableFuture<byte[]> one : both) {
            assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(alone);
        }
    }
}
