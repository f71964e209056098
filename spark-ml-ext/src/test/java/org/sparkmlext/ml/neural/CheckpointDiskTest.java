package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.CrowdedFiles;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/** Directories of checkpoints that cannot be written to, from the beginning or from some epoch on. */
@Timeout(240)
class CheckpointDiskTest {
    private static final int EPOCHS = 6;

    @TempDir
    private Path folder;

    @BeforeEach
    void makeKnown() {
        CrowdedFiles.register(LocalSpark.session().sparkContext().hadoopConfiguration());
    }

    private static Dataset<Row> images() {
        return PatternImages.everyForm(LocalSpark.session(), 96);
    }

    private static CnnClassifier classifier() {
        return TinyNetworks.classifier().setMaxEpochs(EPOCHS);
    }

    private CnnClassifier kept() {
        return classifier().setCheckpointDir(CrowdedFiles.SCHEME + ":" + folder.resolve("run"));
    }

    private List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private byte[] bytes(CnnClassificationModel model, String name) throws IOException {
        Path path = folder.resolve(name);
        model.save(path.toString());
        return Files.readAllBytes(path.resolve(NetworkModelFiles.MODEL_FILE));
    }

    private static long sizeOfCheckpoint(Path directory) throws IOException {
        return Files.size(directory.resolve("round-000001.checkpoint"));
    }

    @Test
    void whatCannotBeWrittenToIsRefusedBeforeDataIsRead() throws IOException {
        Dataset<Row> unread = images().withColumn(
                        "label",
                        functions.raise_error(functions.lit("data was read")).cast(DataTypes.DoubleType));
        Path file = Files.writeString(folder.resolve("file"), "not a directory");
        assertThatThrownBy(() -> classifier().setCheckpointDir(file.toString()).fit(unread))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpointDir is '" + file + "', which cannot be written to")
                .hasMessageContaining("Set it to a directory");
        assertThat(Files.readString(file)).isEqualTo("not a directory");
        CrowdedFiles.forbid(true);
        assertThatThrownBy(() -> kept().fit(unread))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which cannot be written to")
                .hasMessageContaining("Permission denied");
        CrowdedFiles.forbid(false);
        assertThatThrownBy(() ->
                        classifier().setCheckpointDir("nothing://here/run").fit(unread))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which cannot be written to")
                .hasMessageContaining("nothing");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aDiskThatGetsFullEndsTheFitAndTheNextOneGoesOn(int workers) throws IOException {
        Dataset<Row> images = images();
        byte[] whole = bytes(classifier().setNumWorkers(workers).fit(images), "whole");
        Path run = folder.resolve("run");
        kept().setNumWorkers(workers).setMaxEpochs(1).fit(images);
        // Room for the second state, and for the third but for its end. States grow by what they tell of each epoch.
        long size = sizeOfCheckpoint(run);
        CrowdedFiles.leave(2 * size + size / 2, ".checkpoint");
        List<Integer> heard = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void roundFinished(RoundReport report) {
                heard.add(report.round());
            }
        };
        CnnClassifier again = kept().setNumWorkers(workers);
        UncheckedIOException failure = catchThrowableOfType(
                UncheckedIOException.class,
                () -> again.copy(new ParamMap()).addListener(listener).fit(images));
        assertThat(failure)
                .hasMessageContaining("the checkpoint of epoch 4 cannot be written to crowded:")
                .hasMessageContaining("run/round-000004.checkpoint: No space left on device")
                .hasMessageContaining("The last good checkpoint, of epoch 3, is crowded:")
                .hasMessageContaining("fit again, which goes on from there");
        assertThat(failure.getCause()).hasMessage("No space left on device");
        assertThat(heard).containsExactly(1, 2);
        assertThat(names(run)).containsExactly("best-model", "round-000002.checkpoint", "round-000003.checkpoint");

        CrowdedFiles.leave(Long.MAX_VALUE, "");
        heard.clear();
        CnnClassificationModel resumed =
                again.copy(new ParamMap()).addListener(listener).fit(images);
        assertThat(heard).containsExactly(3, 4, 5);
        assertThat(bytes(resumed, "resumed")).isEqualTo(whole);
    }

    @Test
    void theBestModelThatCannotBeWrittenEndsTheFitToo() throws IOException {
        CrowdedFiles.leave(100, NetworkModelFiles.MODEL_FILE);
        assertThatThrownBy(() -> kept().fit(images()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the best model of epoch 1 cannot be written to crowded:")
                .hasMessageContaining("run/best-model: No space left on device");
        assertThat(names(folder.resolve("run"))).isEmpty();
    }

    @Test
    void theLastStateIsNoException() throws IOException {
        // The only one that is written.
        CrowdedFiles.leave(100, ".checkpoint");
        assertThatThrownBy(() -> kept().setCheckpointInterval(100).fit(images()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the checkpoint of epoch " + EPOCHS + " cannot be written to");
    }

    @Test
    void whatACrashLeftHalfWrittenIsNotTakenUp() throws IOException {
        Dataset<Row> images = images();
        kept().setMaxEpochs(2).fit(images);
        Path run = folder.resolve("run");
        byte[] state = Files.readAllBytes(run.resolve("round-000002.checkpoint"));
        Files.write(run.resolve(".round-000003.checkpoint.writing-1"), state);
        Files.write(run.resolve("round-000003.checkpoint"), java.util.Arrays.copyOf(state, state.length / 2));
        byte[] resumed = bytes(kept().fit(images), "resumed");
        assertThat(resumed).isEqualTo(bytes(classifier().fit(images), "whole"));
        assertThat(names(run)).noneMatch(name -> name.contains("writing"));
    }
}
