package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCancelledException;
import scala.jdk.javaapi.CollectionConverters;

/** No executors to begin with, two of one core each at most; speculation and fair scheduling are on throughout. */
@Tag("full")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DynamicAllocationIT {

    private static final String SLOTS_TIMEOUT = "spark.sparkmlext.slotsTimeout";

    private static byte[] expected;
    private static SparkSession spark;
    private static RankTasks tasks;

    @BeforeAll
    static void open() throws IOException {
        SparkHome.prepare();
        expected = ClusterSessions.expectedBytes();
        spark = ClusterSessions.dynamic()
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.dynamicAllocation.executorIdleTimeout", "6s")
                .config("spark.speculation", "true")
                .config("spark.speculation.interval", "100ms")
                .config("spark.speculation.multiplier", "1.01")
                .config("spark.speculation.quantile", "0.1")
                .config("spark.speculation.task.duration.threshold", "100ms")
                .config("spark.scheduler.mode", "FAIR")
                .getOrCreate();
        tasks = new RankTasks();
        spark.sparkContext().addSparkListener(tasks);
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static DistributedTrainer.Result train(
            Dataset<Row> data, int numWorkers, ColumnSums algorithm, Events events) {
        return DistributedTrainer.train(
                data, Tables.COLUMNS, algorithm, new RuntimeOptions(numWorkers, 0, "cpu"), events);
    }

    private static Dataset<Row> rows(int partitions) {
        return Tables.rows(spark, ClusterSessions.ROWS, partitions);
    }

    private static ColumnSums sums() {
        return ColumnSums.rounds(ClusterSessions.ROUNDS);
    }

    private static int numExecutors() {
        return ExecutorCensus.cores(spark.sparkContext()).size();
    }

    /** Holds slots until it is cancelled. */
    private static JavaFutureAction<Void> hold(int slots) {
        List<Integer> tasks = IntStream.range(0, slots).boxed().toList();
        VoidFunction<Iterator<Integer>> body = it -> {
            while (!TaskContext.get().isInterrupted()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        };
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(tasks, slots)
                .foreachPartitionAsync(body);
    }

    private static void awaitActiveTasks(int number) throws InterruptedException {
        SparkStatusTracker tracker = spark.sparkContext().statusTracker();
        while (IntStream.of(tracker.getActiveStageIds())
                        .map(stage -> tracker.getStageInfo(stage).get().numActiveTasks())
                        .sum()
                < number) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** So that each of two shards is built on an executor of its own. */
    private static void awaitTwoExecutors() throws InterruptedException {
        JavaFutureAction<Void> holding = hold(2);
        while (numExecutors() < 2) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        holding.cancel(true);
        TimeUnit.MILLISECONDS.sleep(300);
    }

    @Test
    @Order(1)
    void fromNoExecutorsToTheResultOfOneThread() {
        assertThat(numExecutors()).isZero();
        Events events = new Events();
        DistributedTrainer.Result result = train(rows(3), 0, sums(), events);
        assertThat(result.bytes()).isEqualTo(expected);
        assertThat(result.report().numWorkers()).isEqualTo(2);
        assertThat(result.report().attempts()).isEqualTo(1);
        assertThat(result.report().secondsByPhase()).containsOnlyKeys("scan", "shard", "gather", "train");
        RoundReport round = events.rounds.get(0);
        assertThat(round.metrics().get("pid-0"))
                .as("ranks are processes")
                .isNotEqualTo(round.metrics().get("pid-1"));
        assertThat(events.heard).filteredOn(text -> text.startsWith("started")).containsExactly("started 0 with 2");
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
    }

    @Test
    @Order(2)
    void aKilledExecutorCostsAtMostOneRoundAndTheSurvivorKeepsItsTask() throws Exception {
        awaitTwoExecutors();
        tasks.reset();
        Kill kill = new Kill(1, 3);
        // Two partitions for two workers: nothing is moved, so that nothing but the dead executor's shard is lost.
        DistributedTrainer.Result result = train(rows(2), 2, sums().slow(300), kill);
        kill.check(result);
        assertThat(tasks.started.get()).as("two, and one for the lost").isEqualTo(3);
        assertThat(kill.pids(ClusterSessions.ROUNDS - 1).get(0))
                .isEqualTo(kill.pids(0).get(0));
    }

    @Test
    @Order(3)
    void aLossThatTakesTheShuffleAlongIsMadeGoodByANewAttemptOfTheStage() throws Exception {
        awaitTwoExecutors();
        tasks.reset();
        Kill kill = new Kill(0, 3);
        DistributedTrainer.Result result = train(rows(3), 2, sums().slow(300), kill);
        kill.check(result);
        assertThat(tasks.stageAttempts).contains(1);
    }

    @Test
    @Order(4)
    void twoRunsAtOnceOnTwoSlotsTakeTurns() throws Exception {
        List<CompletableFuture<byte[]>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String pool = "pool " + i;
            both.add(CompletableFuture.supplyAsync(() -> {
                spark.sparkContext().setLocalProperty("spark.scheduler.pool", pool);
                return train(rows(3), 2, sums().slow(100), new Events()).bytes();
            }));
        }
        for (CompletableFuture<byte[]> one : both) {
            assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
        }
    }

    @Test
    @Order(5)
    void anErrorInTheDataEndsTheRunAtOnce() throws Exception {
        awaitTwoExecutors();
        tasks.reset();
        Events events = new Events();
        assertThatThrownBy(() -> train(rows(2), 2, sums().failing(ColumnSums.Fault.INVALID_DATA, 1, 2), events))
                .isExactlyInstanceOf(InvalidTrainingDataException.class)
                .hasMessageMatching(
                        "rank 1 \\(executor \\d+ \\(\\S+\\)\\), round 2: column 'x' is not to be learnt from");
        assertThat(events.heard).filteredOn(text -> text.startsWith("started")).hasSize(1);
        assertThat(tasks.started.get())
                .as("four attempts a task would be eight")
                .isLessThanOrEqualTo(4);
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
    }

    @Test
    @Order(6)
    void aCancelledRunFreesItsSlots() throws Exception {
        Events events = new Events();
        CompletableFuture<DistributedTrainer.Result> run = CompletableFuture.supplyAsync(() -> {
            spark.sparkContext().setJobGroup("to-be-cancelled", "test", false);
            return train(rows(2), 2, ColumnSums.rounds(100_000).slow(50), events);
        });
        assertThat(events.firstRound.await(60, TimeUnit.SECONDS)).isTrue();
        spark.sparkContext().cancelJobGroup("to-be-cancelled");
        assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TrainingCancelledException.class);
        assertThat(train(rows(2), 2, sums(), new Events()).bytes()).isEqualTo(expected);
    }

    @Test
    @Order(7)
    void moreWorkersThanThereCanBeSlotsAreRefusedAtOnce() {
        assertThatThrownBy(() -> train(rows(2), 3, sums(), new Events()))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 3 but dynamic allocation gives no more than 2 tasks at once")
                .hasMessageContaining("spark.dynamicAllocation.maxExecutors");
    }

    @Test
    @Order(8)
    void slotsThatDoNotComeEndTheRunWithTheSettings() throws Exception {
        awaitTwoExecutors();
        spark.sparkContext().conf().set(SLOTS_TIMEOUT, "6s");
        JavaFutureAction<Void> holding = hold(1);
        awaitActiveTasks(1);
        try {
            Events events = new Events();
            assertThatThrownBy(() -> train(rows(2), 2, sums(), events))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("only 1 of 2 workers got a slot within 6 s (" + SLOTS_TIMEOUT + ")")
                    .hasMessageContaining("Spark may have at most 2 executors, 1 core each, spark.task.cpus = 1")
                    .hasMessageContaining("Lower numWorkers");
            assertThat(events.heard)
                    .filteredOn(text -> text.startsWith("waiting"))
                    .isNotEmpty()
                    .allMatch(text -> text.contains("1 of 2 workers are there (rank "));
        } finally {
            holding.cancel(true);
            spark.sparkContext().conf().remove(SLOTS_TIMEOUT);
        }
    }

    @Test
    @Order(9)
    void executorsGoAwayAfterTheRun() throws Exception {
        // Moved, so that a shuffle's files would keep them.
        assertThat(train(rows(3), 2, sums(), new Events()).bytes()).isEqualTo(expected);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (numExecutors() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(numExecutors()).isZero();
    }

    /** Kills the process of a rank, once, after a round. */
    private static final class Kill extends Events {
        private final int rank;
        private final int afterRound;
        private boolean isDone;

        private Kill(int rank, int afterRound) {
            this.rank = rank;
            this.afterRound = afterRound;
        }

        List<Long> pids(int round) {
            return List.of(
                    rounds.get(round).metrics().get("pid-0").longValue(),
                    rounds.get(round).metrics().get("pid-1").longValue());
        }

        @Override
        public void roundFinished(RoundReport report) {
            super.roundFinished(report);
            if (report.round() == afterRound && !isDone) {
                isDone = true;
                long pid = pids(report.round()).get(rank);
                assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            }
        }

        /** The run went on where it was, and nobody can tell from the result. */
        void check(DistributedTrainer.Result result) {
            assertThat(isDone).isTrue();
            assertThat(result.bytes()).isEqualTo(expected);
            assertThat(result.report().attempts()).isGreaterThanOrEqualTo(2);
            assertThat(rounds)
                    .extracting(RoundReport::round)
                    .doesNotHaveDuplicates()
                    .hasSize(ClusterSessions.ROUNDS);
            assertThat(rounds.get(ClusterSessions.ROUNDS - 1).metrics().get("resumed-from"))
                    .isGreaterThan(afterRound);
        }
    }

    /** Counts the tasks of ranks. */
    private static final class RankTasks extends SparkListener {
        private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
        private final Set<Integer> stageAttempts = ConcurrentHashMap.newKeySet();
        private final AtomicInteger started = new AtomicInteger();

        void reset() {
            started.set(0);
            stageAttempts.clear();
        }

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
            boolean areRanks = CollectionConverters.asJava(submitted.stageInfo().rddInfos()).stream()
                    .anyMatch(rdd -> rdd.name().equals(OrdinaryStage.NAME));
            if (areRanks) {
                stages.add(submitted.stageInfo().stageId());
                stageAttempts.add(submitted.stageInfo().attemptNumber());
            }
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart start) {
            if (stages.contains(start.stageId())) {
                started.incrementAndGet();
            }
        }
    }
}
