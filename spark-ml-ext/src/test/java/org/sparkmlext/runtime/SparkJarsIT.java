package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.SparkHome;

/** Clusters that are set up in other ways. */
@Tag("full")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SparkJarsIT {

    /**
     * With {@code spark.jars} the classes of the project are seen by tasks, but not by Spark's RPC threads: a message that
     * holds one of them ends the executor. Authentication, encryption and Kryo are on, which all have a say in messages.
     */
    @Test
    void codeMayComeBySparkJarsAlone(@TempDir Path directory) throws IOException {
        SparkHome.prepare();
        byte[] expected = ClusterSessions.expectedBytes();
        try (SparkSession spark = ClusterSessions.builder()
                .config(
                        "spark.jars",
                        SparkHome.ownJar(directory.resolve("own.jar")).toString())
                .config("spark.authenticate", "true")
                .config("spark.authenticate.secret", "known to this test alone")
                .config("spark.network.crypto.enabled", "true")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate()) {
            ClusterSessions.KillRank kill = new ClusterSessions.KillRank(1, 5);
            DistributedTrainer.Result result = DistributedTrainer.train(
                    Tables.rows(spark, ClusterSessions.ROWS, 4),
                    Tables.COLUMNS,
                    ColumnSums.rounds(ClusterSessions.ROUNDS).slow(300),
                    new RuntimeOptions(0, 0, "cpu"),
                    kill);
            kill.check(result, expected);
            assertThatThrownBy(() -> DistributedTrainer.train(
                            Tables.rows(spark, ClusterSessions.ROWS, 4),
                            Tables.COLUMNS,
                            ColumnSums.rounds(3).failing(ColumnSums.Fault.CHECKED_LOOKALIKE, 0, 1),
                            new RuntimeOptions(0, 0, "cpu"),
                            new Events()))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("round 1: odd 7")
                    .hasMessageContaining("UnmakeableException");
        }
    }

    @Test
    void codeMayComeBySparkJarsUnderDynamicAllocationToo(@TempDir Path directory) throws IOException {
        SparkHome.prepare();
        byte[] expected = ClusterSessions.expectedBytes();
        try (SparkSession spark = ClusterSessions.dynamic()
                .config(
                        "spark.jars",
                        SparkHome.ownJar(directory.resolve("own.jar")).toString())
                .config("spark.authenticate", "true")
                .config("spark.authenticate.secret", "known to this test alone")
                .config("spark.network.crypto.enabled", "true")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate()) {
            DistributedTrainer.Result result = DistributedTrainer.train(
                    Tables.rows(spark, ClusterSessions.ROWS, 4),
                    Tables.COLUMNS,
                    ColumnSums.rounds(ClusterSessions.ROUNDS),
                    new RuntimeOptions(0, 0, "cpu"),
                    new Events());
            assertThat(result.bytes()).isEqualTo(expected);
            assertThat(result.report().numWorkers()).isEqualTo(2);
            assertThat(result.report().attempts()).isEqualTo(1);
        }
    }
}
