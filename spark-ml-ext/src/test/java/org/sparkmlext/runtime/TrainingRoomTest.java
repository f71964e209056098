package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.MappedFileTest;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.Worker;

/** Workers, heap and disk that do not have the room for a table: refused before the start, or trained on in files. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TrainingRoomTest {

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
    void moreRowsThanAWorkerHoldsAreRefusedBeforeTheStart() {
        TrainingAlgorithm<ColumnSums.Settings> small = new SmallWorkers(ColumnSums.rounds(2));
        Dataset<Row> data = Tables.rows(spark, 101, 4);
        assertThatThrownBy(() ->
                        DistributedTrainer.train(data, Tables.COLUMNS, small, workers(2), new TrainingListener() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "one worker would get 51 training rows; it can hold at most 25. Set numWorkers to at least 5");
        assertThat(DistributedTrainer.train(data, Tables.COLUMNS, small, workers(5), new TrainingListener() {})
                        .bytes())
                .isEqualTo(train(data, 1, ColumnSums.rounds(2)).bytes());
    }

    /** {@link ColumnSums} on workers of 25 rows. */
    private record SmallWorkers(ColumnSums sums) implements TrainingAlgorithm<ColumnSums.Settings> {
        @Override
        public ColumnSums.Settings settings() {
            return sums.settings();
        }

        @Override
        public MemoryPlan memoryPlan(ShardShape shape) {
            return sums.memoryPlan(shape);
        }

        @Override
        public int maxRows() {
            return 25;
        }

        @Override
        public byte[] train(Worker worker, Shard shard) {
            return sums.train(worker, shard);
        }
    }

    @Test
    void tooLittleMemoryIsRefusedBeforeTheStart() {
        long heap = Runtime.getRuntime().maxMemory();
        assertThatThrownBy(() ->
                        train(Tables.rows(spark, 30, 2), 2, ColumnSums.rounds(1).claiming(heap / 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spark.driver.memory")
                .hasMessageContaining("sums")
                .hasMessageContaining("blocks (float32)");
    }

    private static DistributedTrainer.Result train(
            Dataset<?> data, ShardStorage storage, ColumnSums algorithm, long heapBytes) {
        RuntimeOptions options = new RuntimeOptions(2, 0, "cpu", storage);
        return DistributedTrainer.train(
                data, Tables.columns("w", "v"), algorithm, options, new TrainingListener() {}, heapBytes);
    }

    @Test
    void aTableThatTheHeapDoesNotHoldIsTrainedOnInFiles() {
        Dataset<Row> data = Tables.rows(spark, 1_000_001, 5);
        byte[] expected =
                train(data, ShardStorage.MEMORY, ColumnSums.rounds(5), 1L << 30).bytes();
        // 8 bytes a row of features, and as many of label and weight.
        long heapBytes = 1_000_000 * 15;
        assertThatThrownBy(() -> train(data, ShardStorage.MEMORY, ColumnSums.rounds(2), heapBytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set shardStorage to auto or disk");
        List<Long> mappings = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void roundFinished(RoundReport report) {
                mappings.add(numMappings());
            }
        };
        RuntimeOptions auto = new RuntimeOptions(2, 0, "cpu");
        DistributedTrainer.Result result = DistributedTrainer.train(
                data, Tables.columns("w", "v"), ColumnSums.rounds(5).slow(100), auto, listener, heapBytes);
        assertThat(result.bytes()).isEqualTo(expected);
        if (Files.exists(Path.of("/proc/self/maps"))) {
            assertThat(mappings).as("files while training runs").anyMatch(count -> count >= 2);
        }
        LeftBehind.assertNothing(spark);
        assertThat(numMappings()).isZero();
        for (File directory : localDirectories()) {
            assertThat(directory.listFiles(File::isFile)).isEmpty();
        }
    }

    @Test
    void aDiskThatFailsEndsTheRunWithTheReason(@TempDir Path directory) {
        Path nowhere = directory.resolve("nowhere");
        JobWatch watch = new JobWatch();
        try (ScannedTable table =
                ScannedTable.scan(Tables.rows(spark, 100, 2), new BlockSource.OfRows(Tables.COLUMNS), watch)) {
            WorkerChoice choice = WorkerChoice.local("local[2]", workers(2), 100);
            RunRecord record = new RunRecord(2);
            ShardPlan plan = table.plan(2);
            try (LocalGang gang = new LocalGang(table, plan, List.of("a", "b"), choice, "cpu", nowhere, record)) {
                watch.await(gang.start(ColumnSums.rounds(1)));
            }
            assertThat(record.failure())
                    .isInstanceOf(KernelException.class)
                    .hasMessageStartingWith("rank 0: no room on the disk for a block of 50 rows x 2 features")
                    .hasMessageContaining(nowhere.toString());
        }
        LeftBehind.assertNothing(spark);
    }

    @Test
    void failedRunsLeaveNothingMapped() {
        Dataset<Row> data = Tables.rows(spark, 1000, 3);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> train(
                            data,
                            ShardStorage.DISK,
                            ColumnSums.rounds(3).failing(ColumnSums.Fault.ILLEGAL_STATE, 1, 1),
                            1L << 30))
                    .isInstanceOf(IllegalStateException.class);
        }
        LeftBehind.assertNothing(spark);
        assertThat(numMappings()).isZero();
    }

    private static long numMappings() {
        try {
            return MappedFileTest.numMappings("spark-ml-ext-rank");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File[] localDirectories() {
        return SparkEnv.get().blockManager().diskBlockManager().localDirs();
    }
}
