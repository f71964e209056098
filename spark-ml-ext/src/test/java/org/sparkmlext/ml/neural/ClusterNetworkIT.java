package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.ExecutorProcesses;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.testing.Waves;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingReport;

/** Networks on two worker processes: the bytes of an undisturbed fit, whoever is killed. */
@Tag("full")
@Timeout(value = 700, unit = TimeUnit.SECONDS)
class ClusterNetworkIT {

    private static final String MASTER = "local-cluster[2,1,1024]";

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

    private static SparkSession cluster() {
        LocalSpark.stop();
        return SparkSession.builder()
                .master(MASTER)
                .appName("networks")
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

    private byte[] bytes(MLWritable model) throws IOException {
        Path path = folder.resolve(UUID.randomUUID().toString());
        model.save(path.toString());
        return Files.readAllBytes(path.resolve(NetworkModelFiles.MODEL_FILE));
    }

    @Test
    void aKilledExecutorCostsNothingOfTheModelAndACallbackEndsTheRun() throws IOException {
        Dataset<Row> images = PatternImages.table(cluster(), 240);
        CnnClassificationModel undisturbed = TinyNetworks.classifier().fit(images);
        byte[] expected = bytes(undisturbed);
        assertUndisturbed(undisturbed.summary());
        String directory = folder.resolve("checkpoints").toString();
        KillExecutor killer = new KillExecutor(3);
        CnnClassificationModel model = TinyNetworks.classifier()
                .setCheckpointDir(directory)
                .addListener(killer)
                .fit(images);
        killer.assertOneRepeatedAttempt();
        assertThat(bytes(model)).isEqualTo(expected);
        assertThat(CnnClassificationModel.load(directory + "/best-model").numClasses())
                .isEqualTo(PatternImages.CLASSES);
        CnnClassificationModel three = TinyNetworks.classifier()
                .addListener((TrainingCallback) report -> report.round() == 2)
                .fit(images);
        assertThat(three.summary().epochs()).hasSize(3);
        assertThat(bytes(three))
                .isEqualTo(bytes(TinyNetworks.classifier().setMaxEpochs(3).fit(images)));
    }

    private static Dataset<Row> events() {
        return Waves.table(cluster(), 9, 60, 45, 3);
    }

    @Test
    void aKilledExecutorCostsNothingOfAForecast() throws IOException {
        Dataset<Row> events = events();
        LstmRegressor forecaster = new LstmRegressor()
                .setEntityCol("entity")
                .setTimeCol("time")
                .setFrequency("1")
                .setInputCols(new String[] {"a", "b"})
                .setTargetCols(new String[] {"b"})
                .setWindowLength(10)
                .setHorizon(3)
                .setPredictionsCol("next")
                .setNetwork(WalkSequences.network())
                .setValidationIndicatorCol("v")
                .setMaxEpochs(8)
                .setBatchSize(32)
                .setNumThreads(1);
        LstmRegressionModel undisturbed = forecaster.fit(events);
        assertUndisturbed(undisturbed.summary());
        String directory = folder.resolve("forecasts").toString();
        KillExecutor killer = new KillExecutor(3);
        LstmRegressionModel model =
                forecaster.setCheckpointDir(directory).addListener(killer).fit(events);
        killer.assertOneRepeatedAttempt();
        assertThat(bytes(model)).isEqualTo(bytes(undisturbed));
        assertThat(LstmRegressionModel.load(directory + "/best-model")
                        .forecast(events)
                        .count())
                .isEqualTo(9 * 3);
    }

    @Test
    void aKilledExecutorCostsNothingOfWeighedClasses() throws IOException {
        Dataset<Row> events =
                events().withColumn("kind", expr("if(b > 0, 1, 0)")).withColumn("w", expr("1 + time % 3"));
        LstmClassifier classifier = new LstmClassifier()
                .setEntityCol("entity")
                .setTimeCol("time")
                .setInputCols(new String[] {"a", "b"})
                .setLabelCol("kind")
                .setWindowLength(10)
                .setNetwork(WalkSequences.network())
                .setValidationIndicatorCol("v")
                .setMaxEpochs(8)
                .setBatchSize(32)
                .setNumThreads(1);
        byte[] unweighed = bytes(classifier.fit(events));
        LstmClassificationModel undisturbed = classifier.setWeightCol("w").fit(events);
        assertUndisturbed(undisturbed.summary());
        KillExecutor killer = new KillExecutor(3);
        LstmClassificationModel model = classifier
                .setCheckpointDir(folder.resolve("classes").toString())
                .addListener(killer)
                .fit(events);
        killer.assertOneRepeatedAttempt();
        assertThat(bytes(model)).isEqualTo(bytes(undisturbed)).isNotEqualTo(unweighed);
    }

    private static void assertUndisturbed(NetworkSummary summary) {
        assertThat(summary.report().numWorkers()).isEqualTo(2);
        assertThat(summary.report().attempts()).isEqualTo(1);
    }

    /** Kills one executor process after a round; the ranks wait for it to be done, so that the next round is disturbed. */
    private static final class KillExecutor implements TrainingCallback {
        private final int afterRound;
        private final List<Integer> rounds = new ArrayList<>();
        private boolean hasKilled;
        private int attempts;

        private KillExecutor(int afterRound) {
            this.afterRound = afterRound;
        }

        private void assertOneRepeatedAttempt() {
            assertThat(hasKilled).isTrue();
            assertThat(attempts).isEqualTo(2);
            assertThat(rounds).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        }

        @Override
        public void roundFinished(RoundReport report) {
            rounds.add(report.round());
            if (report.round() == afterRound) {
                hasKilled = ExecutorProcesses.killOne();
            }
        }

        @Override
        public boolean shouldStop(RoundReport report) {
            return false;
        }

        @Override
        public void finished(TrainingReport report) {
            attempts = report.attempts();
        }
    }

    @Test
    void aKilledApplicationGoesOnWhenItIsStartedAgain() throws Exception {
        Path jar = SparkHome.ownJar(folder.resolve("own.jar"));
        Path undisturbed = folder.resolve("undisturbed");
        submit(jar, "whole", folder.resolve("of-whole"), undisturbed, 0).awaitEnd();
        Path checkpoints = folder.resolve("checkpoints");
        Path model = folder.resolve("model");
        try (Submission killed = submit(jar, "killed", checkpoints, model, 1000)) {
            killed.await(KeptFitMain.FINISHED + 4);
        }
        assertThat(model).doesNotExist();
        Submission again = submit(jar, "again", checkpoints, model, 0);
        again.awaitEnd();
        assertThat(again.output())
                .doesNotContain(KeptFitMain.FINISHED + 3)
                .contains(KeptFitMain.FINISHED + 5)
                .contains(KeptFitMain.FINISHED + 8);
        assertThat(Files.readAllBytes(model.resolve(NetworkModelFiles.MODEL_FILE)))
                .isEqualTo(Files.readAllBytes(undisturbed.resolve(NetworkModelFiles.MODEL_FILE)));
    }

    /** An application of its own, submitted as from a shell. */
    private record Submission(Process process, Path log) implements AutoCloseable {
        private String output() throws IOException {
            return Files.readString(log);
        }

        private void await(String text) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(200);
            while (!output().contains(text)) {
                assertThat(process.isAlive() && System.nanoTime() < deadline)
                        .as("waiting for '%s' in:%n%s", text, output())
                        .isTrue();
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }

        private void awaitEnd() throws IOException, InterruptedException {
            try (this) {
                assertThat(process.waitFor(200, TimeUnit.SECONDS)).as(output()).isTrue();
                assertThat(process.exitValue()).as(output()).isZero();
            }
        }

        /** As {@code kill -9}, first the application; its executors find that out, or are killed too. */
        @Override
        public void close() {
            List<ProcessHandle> executors = process.descendants().toList();
            process.destroyForcibly();
            executors.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private Submission submit(Path jar, String name, Path checkpoints, Path model, long pause) throws IOException {
        Path home = SparkHome.prepare().toAbsolutePath();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx800m");
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
        command.addAll(List.of("-cp", home.resolve("jars") + File.separator + "*"));
        command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", MASTER));
        for (String setting : List.of(
                "spark.ui.enabled=false",
                "spark.driver.host=127.0.0.1",
                "spark.driver.bindAddress=127.0.0.1",
                "spark.executor.memory=700m",
                "spark.scheduler.barrier.maxConcurrentTasksCheck.interval=1s",
                "spark.locality.wait=500ms")) {
            command.addAll(List.of("--conf", setting));
        }
        command.addAll(List.of("--class", KeptFitMain.class.getName(), jar.toString()));
        command.addAll(List.of(checkpoints.toString(), model.toString(), Long.toString(pause)));
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        return new Submission(builder.start(), log);
    }
}
