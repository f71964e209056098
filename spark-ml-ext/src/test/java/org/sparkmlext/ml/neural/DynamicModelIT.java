package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.ExecutorProcesses;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Trees and a network on executors that come and go: the bytes of a fit on executors that stay. */
@Tag("full")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DynamicModelIT {

    /** So many that there are some left when the news of the first has come to the driver. */
    private static final int TREES = 120;

    @TempDir
    private Path folder;

    @BeforeAll
    static void home() {
        SparkHome.prepare();
        LocalSpark.stop();
    }

    @AfterEach
    void stop() {
        LocalSpark.stop();
    }

    private static SparkSession session(boolean isDynamic) {
        LocalSpark.stop();
        SparkSession.Builder builder = SparkSession.builder()
                .master("local-cluster[2,1,1024]")
                .appName("same model")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "700m")
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.locality.wait", "500ms")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.default.parallelism", "2");
        if (isDynamic) {
            builder.config("spark.dynamicAllocation.enabled", "true")
                    .config("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                    .config("spark.dynamicAllocation.minExecutors", "0")
                    .config("spark.dynamicAllocation.maxExecutors", "2");
        }
        return builder.getOrCreate();
    }

    private byte[] bytes(Model<?> model) throws IOException {
        Path path = folder.resolve(UUID.randomUUID().toString());
        ((MLWritable) model).save(path.toString());
        return Files.readAllBytes(path.resolve(NetworkModelFiles.MODEL_FILE));
    }

    private byte[] trees(SparkSession spark, TrainingListener listener) throws IOException {
        return bytes(new BoostedTreesClassifier()
                .setInputCols(BinaryTable.FEATURES)
                .setWeightCol("weight")
                .setValidationIndicatorCol("isValidation")
                .setNumTrees(TREES)
                .setMaxLeaves(15)
                .setSubsamplingRate(0.8)
                .addListener(listener)
                .fit(BinaryTable.plain(spark, 3000, 17)));
    }

    private byte[] network(SparkSession spark, TrainingListener listener) throws IOException {
        return bytes(TinyNetworks.classifier().addListener(listener).fit(PatternImages.table(spark, 240)));
    }

    @Test
    void theModelIsThatOfExecutorsThatStayAlsoWhenOneIsKilled() throws IOException {
        SparkSession staying = session(false);
        byte[] trees = trees(staying, new Course(-1));
        byte[] network = network(staying, new WaitedFor(-1));
        SparkSession coming = session(true);
        Course ofTrees = new Course(-1);
        assertThat(trees(coming, ofTrees)).isEqualTo(trees);
        Course ofNetwork = new WaitedFor(-1);
        assertThat(network(coming, ofNetwork)).isEqualTo(network);
        assertThat(ofTrees.report.numWorkers()).isEqualTo(2);
        assertThat(ofNetwork.report.numWorkers()).isEqualTo(2);
        Course killed = new Course(8);
        assertThat(trees(coming, killed)).isEqualTo(trees);
        killed.check(TREES);
        Course killedEarlier = new WaitedFor(3);
        assertThat(network(coming, killedEarlier)).isEqualTo(network);
        killedEarlier.check(8);
    }

    /** Kills one executor process after a round, if asked to. */
    private static class Course implements TrainingListener {
        private final int killAfter;
        private final List<Integer> rounds = new ArrayList<>();
        private boolean hasKilled;
        private TrainingReport report;

        private Course(int killAfter) {
            this.killAfter = killAfter;
        }

        @Override
        public void roundFinished(RoundReport finished) {
            rounds.add(finished.round());
            if (finished.round() == killAfter) {
                hasKilled = ExecutorProcesses.killOne();
            }
        }

        @Override
        public void finished(TrainingReport whole) {
            report = whole;
        }

        void check(int numRounds) {
            assertThat(hasKilled).isTrue();
            assertThat(report.attempts()).isGreaterThanOrEqualTo(2);
            assertThat(rounds).doesNotHaveDuplicates().hasSize(numRounds);
        }
    }

    /** The same for networks, whose ranks wait for each round's end to be told, so that the next one is disturbed. */
    private static final class WaitedFor extends Course implements TrainingCallback {
        private WaitedFor(int killAfter) {
            super(killAfter);
        }

        @Override
        public boolean shouldStop(RoundReport finished) {
            return false;
        }
    }
}
