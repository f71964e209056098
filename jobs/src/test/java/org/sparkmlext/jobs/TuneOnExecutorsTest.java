package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.SparkHome;

/** Searches, and the doctor, on two executors of one core each: more trials than slots. */
@Tag("full")
@Timeout(300)
class TuneOnExecutorsTest {

    @TempDir
    static Path folder;

    private static Path table;
    private static Path series;

    @BeforeAll
    static void files() throws IOException {
        SparkHome.prepare();
        Random random = new Random(9);
        List<String> lines = new ArrayList<>(List.of("x,y,label"));
        for (int i = 0; i < 2000; i++) {
            double x = random.nextDouble();
            double y = random.nextDouble();
            lines.add(x + "," + y + "," + (random.nextDouble() < (x > y ? 0.9 : 0.2) ? 1 : 0));
        }
        table = Files.write(folder.resolve("table.csv"), lines);
        List<String> hours = new ArrayList<>(List.of("at,load"));
        for (int i = 0; i < 240; i++) {
            hours.add(String.format(
                    Locale.ROOT,
                    "2024-03-%02d %02d:00:00,%.3f",
                    1 + i / 24,
                    i % 24,
                    10 * Math.sin(i * Math.PI / 12) + random.nextDouble()));
        }
        series = Files.write(folder.resolve("series.csv"), hours);
    }

    @AfterEach
    void stop() {
        LocalSpark.stop();
    }

    private static void session(String master, String... settings) {
        LocalSpark.stop();
        SparkSession.Builder builder = SparkSession.builder()
                .master(master)
                .appName("search")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "700m")
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.sql.shuffle.partitions", "2");
        for (int i = 0; i < settings.length; i += 2) {
            builder = builder.config(settings[i], settings[i + 1]);
        }
        builder.getOrCreate();
    }

    private static List<String> values(Path results) throws IOException {
        return Files.readAllLines(results).stream()
                .map(line -> line.split(",", -1))
                .map(fields -> String.join(" ", fields[0], fields[1], fields[2], fields[4], fields[5], fields[7]))
                .toList();
    }

    private static List<String> trees(String name) throws IOException {
        CommandRun run = CommandRun.of(
                "tune",
                "--input=" + table,
                "--label=label",
                "--validation-fraction=0.25",
                "--search=halving",
                "--trials=9",
                "--set=numTrees=9",
                "--set=subsamplingRate=0.8",
                "--try=learningRate=0.05..0.5:log",
                "--try=maxLeaves=3..31",
                "--metric=auc",
                "--output=" + folder.resolve(name));
        assertThat(run.code()).as(run.err()).isZero();
        return values(folder.resolve(name + ".csv"));
    }

    @Test
    void aSearchOverTreesGivesTheSameNumbersOnExecutorsAsInOneProcess() throws IOException {
        session("local[2]");
        List<String> expected = trees("local");
        session("local-cluster[2,1,1024]");
        assertThat(trees("cluster")).isEqualTo(expected).hasSize(1 + 9 + 3 + 1);
    }

    @Test
    void moreTrainingsOfNetworksThanSlotsDoNotBlockEachOther() throws IOException {
        session("local-cluster[2,1,1024]");
        CommandRun run = CommandRun.of(
                "tune",
                "--input=" + series,
                "--algorithm=lstm-regressor",
                "--time=at",
                "--target=load",
                "--validation-fraction=0.2",
                "--parallelism=5",
                "--set=windowLength=12",
                "--set=horizon=1",
                "--set=network=lstm",
                "--set=maxEpochs=2",
                "--set=batchSize=32",
                "--try=learningRate=0.001,0.01,0.03",
                "--try=seed=1,2",
                "--output=" + folder.resolve("networks"));
        assertThat(run.code()).as(run.err()).isZero();
        List<String> results = values(folder.resolve("networks.csv"));
        assertThat(results)
                .hasSize(1 + 6)
                .filteredOn(line -> line.endsWith(" ok"))
                .hasSize(6);
    }

    @Test
    void theDoctorLooksAtEveryExecutor() {
        session("local-cluster[2,1,1024]");
        CommandRun run = CommandRun.of("doctor", "--num-rows=100000", "--num-features=20");
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.out())
                .contains("OK    executors: 2 executors, 2 slots", "executor 0 on ", "executor 1 on ")
                .containsPattern("OK    executor 0 on .*, networks: oneDNN")
                .containsPattern("OK    executor 1 on .*, networks: oneDNN")
                .contains("2 workers x 1 thread on 2 executors")
                .containsPattern("OK    trial fit: 2000 rows in .*rank 0 on executor . .* port \\d+");
        CommandRun tooLarge = CommandRun.of("doctor", "--num-rows=100000000", "--num-features=100");
        assertThat(tooLarge.code()).isEqualTo(1);
        assertThat(tooLarge.out()).contains("FAIL  memory: ", "Set spark.executor.memory to at least ");
    }

    @Test
    void underDynamicAllocationWorkersCanTrainToo() {
        session(
                "local-cluster[2,1,1024]",
                "spark.dynamicAllocation.enabled",
                "true",
                "spark.dynamicAllocation.shuffleTracking.enabled",
                "true",
                "spark.dynamicAllocation.maxExecutors",
                "2");
        CommandRun run = CommandRun.of("doctor", "--num-rows=100000", "--num-features=20");
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.out())
                .contains("OK    dynamic allocation: on, at most 2 executors")
                .contains("2 workers x 1 thread under dynamic allocation")
                .containsPattern("OK    trial fit: 2000 rows in .*rank 0 on executor . .* port \\d+");
    }
}
