package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;

/** Fits that are ended by a callback, kept in a directory, and gone on with. */
@Timeout(240)
class CheckpointFitTest {

    private static final int ROWS = 240;

    @TempDir
    private Path folder;

    private static Dataset<Row> images() {
        return PatternImages.everyForm(LocalSpark.session(), ROWS)
                .withColumn("validation", col("row").mod(5).equalTo(0));
    }

    private String directory() {
        return folder.resolve("checkpoints").toString();
    }

    /** Everything that keeps a state: batch norm, dropout, a schedule that follows the metric, augmentation. */
    private static CnnClassifier classifier() {
        Network network = Network.image(PatternImages.SIZE, PatternImages.SIZE, 1)
                .conv2d(4, 3, "relu")
                .batchNorm()
                .dropout(0.2)
                .flatten()
                .dense(8, "relu")
                .build();
        return TinyNetworks.classifier()
                .setNetwork(network)
                .setAugmentation("flip")
                .setSchedule("plateau:0.5:1")
                .setValidationIndicatorCol("validation")
                .setMaxEpochs(6);
    }

    private byte[] bytes(CnnClassificationModel model) throws IOException {
        Path path = folder.resolve(UUID.randomUUID().toString());
        model.save(path.toString());
        return Files.readAllBytes(path.resolve(NetworkModelFiles.MODEL_FILE));
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(directory()))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("round-"))
                    .sorted()
                    .toList();
        }
    }

    /** Writes down the rounds it hears of. */
    private static final class Heard implements TrainingListener {
        private final List<Integer> rounds = new ArrayList<>();

        @Override
        public void roundFinished(RoundReport report) {
            rounds.add(report.round());
        }
    }

    private static TrainingCallback stopAfter(int epochs) {
        return report -> report.round() + 1 == epochs;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFitGoesOnToTheBytesOfOneThatWasNeverCut(int workers) throws IOException {
        Dataset<Row> images = images();
        CnnClassificationModel whole =
                classifier().setNumWorkers(workers).setEarlyStoppingRounds(5).fit(images);
        CnnClassifier kept =
                classifier().setNumWorkers(workers).setEarlyStoppingRounds(5).setCheckpointDir(directory());
        kept.copy(new ParamMap()).addListener(stopAfter(3)).fit(images);
        assertThat(checkpoints()).containsExactly("round-000002.checkpoint", "round-000003.checkpoint");
        Heard heard = new Heard();
        // The same rows in another order: on one worker they are the same rows.
        Dataset<Row> again = workers == 1 ? images.orderBy(col("row").desc()) : images;
        CnnClassificationModel resumed =
                kept.copy(new ParamMap()).addListener(heard).fit(again);
        assertThat(heard.rounds).containsExactly(3, 4, 5);
        assertThat(bytes(resumed)).isEqualTo(bytes(whole));
        assertThat(resumed.summary().metric("validation-loss"))
                .isEqualTo(whole.summary().metric("validation-loss"))
                .hasSize(6);
        assertThat(checkpoints()).containsExactly("round-000005.checkpoint", "round-000006.checkpoint");
    }

    @Test
    void aFinishedFitIsThereAtOnceAndTrainsOnlyWhatIsMissing() throws IOException {
        Dataset<Row> images = images();
        CnnClassifier kept =
                classifier().setMaxEpochs(3).setCheckpointInterval(2).setCheckpointDir(directory());
        CnnClassificationModel first = kept.fit(images);
        assertThat(checkpoints()).containsExactly("round-000002.checkpoint", "round-000003.checkpoint");
        Heard heard = new Heard();
        kept.addListener(heard);
        assertThat(bytes(kept.fit(images))).isEqualTo(bytes(first));
        assertThat(heard.rounds).isEmpty();
        CnnClassificationModel longer = kept.setMaxEpochs(5).fit(images);
        assertThat(heard.rounds).containsExactly(3, 4);
        assertThat(bytes(longer)).isEqualTo(bytes(classifier().setMaxEpochs(5).fit(images)));
        assertThatThrownBy(() -> kept.setMaxEpochs(4).fit(images))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epoch 5")
                .hasMessageContaining("maxEpochs is 4");
    }

    @Test
    void aDamagedFileIsPassedOver() throws IOException {
        Dataset<Row> images = images();
        CnnClassifier kept = classifier().setMaxEpochs(4).setCheckpointDir(directory());
        byte[] expected = bytes(kept.fit(images));
        Path newest = Path.of(directory(), "round-000004.checkpoint");
        Files.write(newest, java.util.Arrays.copyOf(Files.readAllBytes(newest), 500));
        Heard heard = new Heard();
        assertThat(bytes(kept.addListener(heard).fit(images))).isEqualTo(expected);
        assertThat(heard.rounds).containsExactly(3);
        assertThat(checkpoints()).containsExactly("round-000003.checkpoint", "round-000004.checkpoint");
    }

    @Test
    void theBestModelSoFarCanBeLoaded() throws IOException {
        Dataset<Row> images = images();
        // So large a rate that the loss goes up and down.
        CnnClassifier classifier = classifier()
                .setSchedule("constant")
                .setLearningRate(0.1)
                .setMaxEpochs(8)
                .setPredictionCol("guess");
        double[] losses = classifier
                .copy(new ParamMap())
                .setCheckpointDir(directory())
                .fit(images)
                .summary()
                .metric("validation-loss");
        int best = 0;
        for (int epoch = 1; epoch < losses.length; epoch++) {
            best = losses[epoch] < losses[best] ? epoch : best;
        }
        assertThat(best).as("the best of %s", losses).isBetween(0, 6);
        CnnClassificationModel loaded =
                CnnClassificationModel.load(Path.of(directory(), "best-model").toString());
        assertThat(bytes(loaded))
                .isEqualTo(bytes(classifier.setMaxEpochs(best + 1).fit(images)));
        assertThat(loaded.transform(images).columns()).contains("guess");
    }

    @Test
    void aDirectoryOfAnotherFitIsRefusedWithBothValues() {
        Dataset<Row> images = images();
        classifier().setMaxEpochs(1).setCheckpointDir(directory()).fit(images);
        // It would fail if it were read.
        Dataset<Row> unread = images.withColumn(
                "label", functions.raise_error(functions.lit("data was read")).cast(DataTypes.DoubleType));
        assertThatThrownBy(() -> classifier()
                        .setBatchSize(17)
                        .setCheckpointDir(directory())
                        .fit(unread))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpointDir is '" + directory() + "'")
                .hasMessageContaining("batchSize is '16' there and '17' here")
                .hasMessageContaining("delete");
        assertThatThrownBy(() -> classifier()
                        .setNetwork(TinyNetworks.network())
                        .setCheckpointDir(directory())
                        .fit(unread))
                .hasMessageContaining("network is '")
                .hasMessageContaining("\"filters\": 4")
                .hasMessageContaining("\"filters\": 6");
        assertThatThrownBy(() -> classifier().setCheckpointDir(directory()).fit(images.where("row < 200")))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("192 training and 48 validation rows on 1 worker")
                .hasMessageContaining("160 training and 40 validation rows on 1 worker");
        assertThatThrownBy(() -> classifier()
                        .setNumWorkers(2)
                        .setCheckpointDir(directory())
                        .fit(images))
                .hasMessageContaining("on 1 worker")
                .hasMessageContaining("on 2 workers")
                .hasMessageContaining("numWorkers");
        assertThatThrownBy(() -> classifier()
                        .setCheckpointDir(folder.resolve("file/below").toString())
                        .fit(unreadWithAFileInTheWay(unread)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be written to");
    }

    private Dataset<Row> unreadWithAFileInTheWay(Dataset<Row> unread) throws IOException {
        Files.writeString(folder.resolve("file"), "a file");
        return unread;
    }

    @Test
    void trainingThatDivergesNamesTheLastCheckpoint() throws IOException {
        // A batch an epoch: the first is measured before any update, and what its update leaves is far too large.
        CnnClassifier diverging = TinyNetworks.classifier()
                .setBatchSize(ROWS)
                .setOptimizer("sgd")
                .setLearningRate(1e20)
                .setCheckpointDir(directory());
        for (int attempt = 0; attempt < 2; attempt++) {
            InvalidTrainingDataException failure =
                    catchThrowableOfType(InvalidTrainingDataException.class, () -> diverging.fit(images()));
            Matcher epoch =
                    Pattern.compile("training diverged in epoch (\\d) of 8").matcher(failure.getMessage());
            assertThat(epoch.find()).as(failure.getMessage()).isTrue();
            int last = Integer.parseInt(epoch.group(1)) - 1;
            assertThat(last).isPositive();
            assertThat(failure)
                    .hasMessageContaining("The last good checkpoint, of epoch " + last + ", is ")
                    .hasMessageContaining("; the best model so far is file:")
                    .hasMessageContaining("best-model");
            assertThat(checkpoints()).last().isEqualTo("round-00000" + last + ".checkpoint");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCallbackEndsTheTrainingWithTheModelOfThatEpoch(int workers) throws IOException {
        Dataset<Row> images = images();
        Heard heard = new Heard();
        TrainingCallback failing = report -> {
            throw new IllegalStateException("a callback's own fault changes nothing");
        };
        CnnClassificationModel model = classifier()
                .setNumWorkers(workers)
                .addListener(heard)
                .addListener(failing)
                .addListener(stopAfter(2))
                .fit(images);
        assertThat(heard.rounds).containsExactly(0, 1);
        assertThat(model.summary().epochs()).hasSize(2);
        assertThat(bytes(model))
                .isEqualTo(bytes(
                        classifier().setNumWorkers(workers).setMaxEpochs(2).fit(images)));
    }

    @Test
    void aCallbackDecidesByTheMetrics() {
        CnnClassificationModel model = TinyNetworks.classifier()
                .setMaxEpochs(100)
                .addListener((TrainingCallback) report -> report.metrics().get("train-loss") < 0.5)
                .fit(images());
        double[] losses = model.summary().metric("train-loss");
        assertThat(losses.length).isLessThan(100);
        assertThat(losses[losses.length - 1]).isLessThan(0.5);
        for (int epoch = 0; epoch < losses.length - 1; epoch++) {
            assertThat(losses[epoch]).isGreaterThanOrEqualTo(0.5);
        }
    }

    @Test
    void boostingIsNotEndedSo() {
        assertThatThrownBy(() -> new BoostedTreesClassifier()
                        .setFeaturesCol("vector")
                        .addListener(stopAfter(1))
                        .fit(images()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TrainingCallback")
                .hasMessageContaining("early stopping");
    }
}
