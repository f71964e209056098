package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.EmulatedGpus;
import org.sparkmlext.testing.EmulatedGpus.Shares;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Estimators on executors with a GPU each, whose driver runs kernels on the CPU: everything between {@code fit} and the driver is what it is on GPUs. */
@Tag("full")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class EmulatedGpusIT {

    private static final List<String> TREES = List.of("tree", "rows", "splits", "losses");

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsCompilerAndBinding() {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
        LocalSpark.stop();
    }

    @AfterEach
    void stop() {
        LocalSpark.stop();
    }

    private SparkSession cluster(Shares shares, List<String> kernels) throws IOException {
        LocalSpark.stop();
        return EmulatedGpus.cluster(shares, folder, kernels).getOrCreate();
    }

    /** What is heard of a fit. */
    private static final class Heard implements TrainingListener {
        private final List<String> started = new ArrayList<>();
        private final List<String> retries = new ArrayList<>();
        private List<String> devices = List.of();

        @Override
        public void started(int attempt, int numWorkers, String description) {
            started.add(description);
        }

        @Override
        public void retrying(int attempt, int nextRound, String reason) {
            retries.add(reason);
        }

        @Override
        public void finished(TrainingReport report) {
            devices = report.devices();
        }

        private void assertEachHadItsOwnGpu() {
            assertThat(started).allSatisfy(text -> assertThat(text).contains(" gpu 1 ", " gpu 2 "));
            assertThat(devices)
                    .containsExactlyInAnyOrder(
                            "cuda: CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB",
                            "cuda: CUDA on the CPU, sm_86, driver 13.0, 3.0 GiB");
        }
    }

    private static BoostedTreesClassifier trees(String device) {
        return new BoostedTreesClassifier()
                .setInputCols(BinaryTable.FEATURES)
                .setWeightCol("weight")
                .setValidationIndicatorCol("isValidation")
                .setNumTrees(6)
                .setMaxLeaves(7)
                .setSubsamplingRate(0.8)
                .setSeed(7)
                .setDevice(device);
    }

    private byte[] bytes(BoostedTreesClassificationModel model) throws IOException {
        Path path = folder.resolve("model-" + System.nanoTime());
        model.save(path.toString());
        return Files.readAllBytes(path.resolve(NetworkModelFiles.MODEL_FILE));
    }

    @Test
    void treesHaveTheBytesOfTheCpuAndAFailedGpuDoesNotTakeTheExecutorWithIt() throws IOException {
        SparkSession spark = cluster(Shares.ONE_EACH, TREES);
        Dataset<Row> rows = BinaryTable.plain(spark, 600, 17).cache();
        byte[] expected = bytes(trees("cpu").fit(rows));
        Heard heard = new Heard();
        assertThat(bytes(trees("cuda").addListener(heard).fit(rows))).isEqualTo(expected);
        heard.assertEachHadItsOwnGpu();
        assertThat(heard.retries).isEmpty();

        // Memory that ends in the middle costs an attempt.
        List<Long> executors = EmulatedGpus.processes(spark);
        EmulatedGpus.fail(spark, 2, "cuMemAlloc", CudaDriver.OUT_OF_MEMORY, 20, 2);
        Heard scarce = new Heard();
        assertThat(bytes(trees("cuda").addListener(scarce).fit(rows))).isEqualTo(expected);
        scarce.assertEachHadItsOwnGpu();
        assertThat(scarce.retries).singleElement().asString().contains("gpu 2", "cuda: no memory for ");

        // A fault of the GPU ends the fit, and with it all that this process could have of a GPU.
        EmulatedGpus.fail(spark, 2, "cuLaunchKernel", CudaDriver.ECC_UNCORRECTABLE, 100, 1);
        Heard lost = new Heard();
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> trees("cuda").addListener(lost).fit(rows))
                .withMessageMatching("(?s)rank [01] \\(executor [01] \\(\\S+\\) gpu 2\\), .*")
                .withMessageContaining("CUDA_ERROR_ECC_UNCORRECTABLE")
                .withMessageContaining("The GPU is lost to this process")
                .withMessageContaining("on a cluster the executor");
        assertThat(lost.retries).singleElement().asString().contains("gpu 2", "CUDA_ERROR_ECC_UNCORRECTABLE");
        assertThatExceptionOfType(KernelException.class)
                .as("a fit afterwards")
                .isThrownBy(() -> trees("cuda").fit(rows))
                .withMessageContaining("gpu 2")
                .withMessageContaining("The GPU is lost to this process");
        assertThat(bytes(trees("cpu").fit(rows))).isEqualTo(expected);
        assertThat(EmulatedGpus.processes(spark)).as("the executors live").isEqualTo(executors);
    }

    /** Two ranks of one process, and two processes that were given the same GPU. */
    @Test
    void anExecutorMayHaveBothButAGpuHasOneRank() throws IOException {
        SparkSession both = cluster(Shares.BOTH, TREES);
        Dataset<Row> rows = BinaryTable.plain(both, 600, 17).cache();
        Heard heard = new Heard();
        byte[] model = bytes(trees("cuda").addListener(heard).fit(rows));
        heard.assertEachHadItsOwnGpu();
        assertThat(heard.started)
                .singleElement()
                .asString()
                .contains("2 workers x 1 thread on 1 executors with 2 GPUs");
        assertThat(bytes(trees("cpu").fit(rows))).isEqualTo(model);

        SparkSession same = cluster(Shares.THE_SAME, TREES);
        Dataset<Row> again = BinaryTable.plain(same, 600, 17).cache();
        assertThatIllegalStateException()
                .isThrownBy(() -> trees("cuda").fit(again))
                .withMessageContaining("ranks 0 and 1 would share gpu 1 of ")
                .withMessageContaining("conf/spark-gpu.conf");
        assertThat(bytes(trees("cuda").setNumWorkers(1).fit(again))).isEqualTo(model);
    }

    private static CnnClassifier networks(String device) {
        return TinyNetworks.classifier().setMaxEpochs(2).setLearningRate(0.002).setDevice(device);
    }

    @Test
    void networksLearnAndScoreAsOnTheCpu() throws IOException {
        SparkSession spark = cluster(Shares.ONE_EACH, CudaDriver.NETWORK_FILES);
        Dataset<Row> images = PatternImages.table(spark, 60).cache();
        CnnClassificationModel expected = networks("cpu").fit(images);
        Heard heard = new Heard();
        CnnClassificationModel model = networks("cuda").addListener(heard).fit(images);
        heard.assertEachHadItsOwnGpu();
        List<Double> losses = losses(model);
        assertThat(losses).hasSize(2);
        for (int epoch = 0; epoch < losses.size(); epoch++) {
            double loss = losses(expected).get(epoch);
            assertThat(losses.get(epoch)).as("epoch %d", epoch).isCloseTo(loss, within(2e-3 * loss));
        }
        // The same network, scored on GPUs and on CPUs. A task that fails is repeated.
        model.set(model.getParam("device"), "cuda");
        EmulatedGpus.fail(spark, 1, "cuMemcpyDtoHAsync", CudaDriver.OUT_OF_MEMORY, 0, 1);
        EmulatedGpus.fail(spark, 2, "cuMemcpyDtoHAsync", CudaDriver.OUT_OF_MEMORY, 0, 1);
        List<Vector> onGpus = probabilities(model, images);
        assertThat(EmulatedGpus.failuresLeft(spark, "cuMemcpyDtoHAsync"))
                .as("both GPUs score")
                .containsExactly(0L, 0L);
        model.set(model.getParam("device"), "cpu");
        List<Vector> onCpus = probabilities(model, images);
        assertThat(onGpus).hasSize(60);
        for (int row = 0; row < onGpus.size(); row++) {
            assertThat(onGpus.get(row).toArray())
                    .containsExactly(onCpus.get(row).toArray(), within(1e-5));
        }
        EmulatedGpus.fail(spark, 1, "cuGraphLaunch", CudaDriver.ILLEGAL_ADDRESS, 5, 1);
        Heard lost = new Heard();
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> networks("cuda").addListener(lost).fit(images))
                .withMessageContaining("gpu 1")
                .withMessageContaining("The GPU is lost to this process");
        assertThat(lost.retries).singleElement().asString().contains("gpu 1", "CUDA_ERROR_ILLEGAL_ADDRESS");
        assertThat(losses(networks("cpu").fit(images))).isEqualTo(losses(expected));
    }

    private static List<Double> losses(CnnClassificationModel model) {
        return model.summary().report().rounds().stream()
                .map(round -> round.metrics().get("train-loss"))
                .toList();
    }

    private static List<Vector> probabilities(CnnClassificationModel model, Dataset<Row> images) {
        return model.transform(images).select("probability").collectAsList().stream()
                .map(row -> row.<Vector>getAs(0))
                .toList();
    }
}
