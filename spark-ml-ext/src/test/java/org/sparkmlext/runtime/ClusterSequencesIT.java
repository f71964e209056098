package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.testing.SparkHome;

/** Sequences and windows on two executors, in processes of their own, against those of one thread. */
@Tag("full")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClusterSequencesIT {

    private static DistributedTrainer.Result sequences;
    private static DistributedTrainer.Result windows;
    private static SparkSession spark;

    @BeforeAll
    static void open() throws IOException {
        SparkHome.prepare();
        try (SparkSession local = Tables.session("local[1]")) {
            sequences = SequenceFitTest.train(SequenceFitTest.table(local, 1), 1, ShardStorage.AUTO);
            windows = WindowFitTest.train(WindowFitTest.events(local, 1), 1, ShardStorage.AUTO);
        }
        spark = ClusterSessions.builder()
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .getOrCreate();
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    @Test
    void sequencesOfAColumnTravel() {
        // Two partitions stay where they are, three move; each way also into files.
        for (int partitions : new int[] {2, 3}) {
            // A shuffle gives its rows in any order; sorted, the same ones come to the same worker each time.
            Dataset<Row> data = SequenceFitTest.table(spark, partitions).sortWithinPartitions("row");
            DistributedTrainer.Result result = SequenceFitTest.train(data, 2, ShardStorage.AUTO);
            assertThat(result.report().attempts()).isEqualTo(1);
            WindowFitTest.assertSameSteps(result, sequences);
            assertThat(SequenceFitTest.train(data, 2, ShardStorage.DISK).bytes())
                    .isEqualTo(result.bytes());
        }
    }

    @Test
    void windowsTravelWithTheirSeries() {
        Dataset<Row> events = WindowFitTest.events(spark, 3);
        DistributedTrainer.Result result = WindowFitTest.train(events, 2, ShardStorage.AUTO);
        assertThat(result.report().attempts()).isEqualTo(1);
        assertThat(result.report().rowsPerWorker()).hasSize(2);
        WindowFitTest.assertSameSteps(result, windows);
        assertThat(WindowFitTest.train(events, 2, ShardStorage.DISK).bytes()).isEqualTo(result.bytes());
    }
}
