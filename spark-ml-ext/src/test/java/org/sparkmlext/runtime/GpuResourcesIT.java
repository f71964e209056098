package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.testing.SparkHome;

/** GPUs as Spark gives them to tasks: two that a script finds with an nvidia-smi of the test's own. Whether there are any is another question. */
@Tag("full")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class GpuResourcesIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void prepare() {
        SparkHome.prepare();
    }

    private static String script() throws IOException {
        executable("nvidia-smi", "#!/bin/sh\nprintf '0\\n1\\n'\n");
        Path discovery =
                Path.of("..", "conf", "gpu-discovery.sh").toAbsolutePath().normalize();
        return executable(
                        "discovery.sh",
                        "#!/bin/sh\nunset CUDA_VISIBLE_DEVICES\nPATH=" + folder + ":$PATH exec " + discovery + "\n")
                .toString();
    }

    private static Path executable(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static SparkSession.Builder cluster(String master) throws IOException {
        return ClusterSessions.builder()
                .master(master)
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath());
    }

    private static SparkSession.Builder withGpus(String master, int perExecutor) throws IOException {
        return onExecutors(master, perExecutor).config("spark.task.resource.gpu.amount", "0.5");
    }

    /** Tasks are told of none. */
    private static SparkSession.Builder onExecutors(String master, int perExecutor) throws IOException {
        String script = script();
        return cluster(master)
                .config("spark.worker.resource.gpu.amount", 2)
                .config("spark.worker.resource.gpu.discoveryScript", script)
                .config("spark.executor.resource.gpu.amount", perExecutor)
                .config("spark.executor.resource.gpu.discoveryScript", script);
    }

    private static void train(SparkSession spark, String device, Heard heard) {
        DistributedTrainer.train(
                Tables.rows(spark, ClusterSessions.ROWS, 2),
                Tables.COLUMNS,
                ColumnSums.rounds(1),
                new RuntimeOptions(0, 0, device),
                heard);
    }

    /** Keeps where the ranks are. */
    private static final class Heard extends Events {
        private String places = "";

        @Override
        public void started(int attempt, int numWorkers, String description) {
            super.started(attempt, numWorkers, description);
            places = description;
        }
    }

    @Test
    void eachGpuOfAnExecutorIsOneWorkers() throws IOException {
        try (SparkSession spark = withGpus("local-cluster[1,2,1024]", 2).getOrCreate()) {
            Heard heard = new Heard();
            if (Backends.describeAll().stream().anyMatch(line -> line.startsWith("cuda: available"))) {
                train(spark, "cuda", heard);
            } else {
                assertThatThrownBy(() -> train(spark, "cuda", heard))
                        .hasMessageContaining("device 'cuda' was asked for by name and cannot be used")
                        .hasMessageMatching("(?s).*executor 0 \\(\\S+\\) gpu [01].*");
            }
            assertThat(heard.places)
                    .startsWith("2 workers x 1 thread on 1 executors with 2 GPUs each")
                    .contains(" gpu 0 port ", " gpu 1 port ");
            Heard onCores = new Heard();
            train(spark, "cpu", onCores);
            assertThat(onCores.places)
                    .startsWith("1 worker x 2 threads on 1 executors: ")
                    .doesNotContain("gpu");
        }
    }

    /** What a task scores on: two at once, each with its own. */
    @Test
    void aTaskThatScoresHasItsOwnGpu() throws IOException {
        try (SparkSession spark = withGpus("local-cluster[1,2,1024]", 2)
                .config("spark.task.resource.gpu.amount", 1)
                .getOrCreate()) {
            List<Integer> ordinals = JavaSparkContext.fromSparkContext(spark.sparkContext())
                    .parallelize(List.of(0, 1), 2)
                    .map(partition -> {
                        // Long enough that the other task runs beside this one.
                        Thread.sleep(2000);
                        return GivenDevice.ordinal(TaskContext.get(), "cuda");
                    })
                    .collect();
            assertThat(ordinals).containsExactlyInAnyOrder(0, 1);
        }
    }

    /** The first GPU of the host may be another executor's. */
    @Test
    void aTaskThatIsToldOfNoGpuOfItsExecutorDoesNotScore() throws IOException {
        try (SparkSession spark = onExecutors("local-cluster[1,1,1024]", 1).getOrCreate()) {
            JavaRDD<Integer> tasks = JavaSparkContext.fromSparkContext(spark.sparkContext())
                    .parallelize(List.of(0), 1)
                    .map(partition -> GivenDevice.ordinal(TaskContext.get(), "cuda"));
            assertThatThrownBy(tasks::collect).hasMessageContaining("Set spark.task.resource.gpu.amount before");
        }
        // Local mode gives tasks nothing, whatever is set.
        try (SparkSession spark = onExecutors("local[1]", 1).getOrCreate()) {
            assertThat(JavaSparkContext.fromSparkContext(spark.sparkContext())
                            .parallelize(List.of(0), 1)
                            .map(partition -> GivenDevice.ordinal(TaskContext.get(), "cuda"))
                            .collect())
                    .containsExactly(0);
        }
    }

    @Test
    void workersThatWouldShareAGpuAreRefused() throws IOException {
        try (SparkSession spark = cluster("local-cluster[2,1,1024]").getOrCreate()) {
            assertThatThrownBy(() -> train(spark, "cuda", new Heard()))
                    .hasMessageContaining("ranks 0 and 1 would share gpu 0 of ")
                    .hasMessageContaining("which Spark gave to neither")
                    .hasMessageContaining("conf/spark-gpu.conf");
        }
    }
}
