package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.LocalSpark;

/** A write that fails leaves nothing, and takes nothing away. */
class StageFilesTest {

    @TempDir
    Path temporary;

    private void write(boolean overwrite, StageFiles.Content content) throws IOException {
        Map<String, StageFiles.Content> files = new LinkedHashMap<>();
        files.put("first", out -> out.write("first".getBytes(StandardCharsets.UTF_8)));
        files.put("second", content);
        StageFiles.write(
                new BoostedTreesClassifier("stage").setNumTrees(7),
                LocalSpark.session(),
                temporary.resolve("model").toString(),
                overwrite,
                new StageFiles.Contents(1, Map.of("answer", 42), files));
    }

    private StoredStage open() throws IOException {
        return StoredStage.open(
                LocalSpark.session(), temporary.resolve("model").toString(), BoostedTreesClassifier.class, 1);
    }

    @Test
    void filesFactsAndParamsComeBack() throws IOException {
        write(false, out -> out.write(2));
        StoredStage stored = open();
        assertThat(stored.readFile("first")).asString(StandardCharsets.UTF_8).isEqualTo("first");
        assertThat(stored.readFile("second")).containsExactly(2);
        assertThat(stored.fact("answer").intValue()).isEqualTo(42);
        assertThatThrownBy(() -> stored.fact("question")).hasMessageContaining("'question'");
        BoostedTreesClassifier stage = new BoostedTreesClassifier(stored.uid());
        stored.applyParams(stage);
        assertThat(stage.getNumTrees()).isEqualTo(7);
        assertThat(stage.isSet(stage.maxLeaves())).isFalse();
        assertThat(stage.getMissing()).isNaN();
    }

    @Test
    void aFailedWriteLeavesNothing() throws IOException {
        assertThatThrownBy(() -> write(false, out -> {
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aFailedOverwriteKeepsWhatWasThere() throws IOException {
        write(false, out -> out.write(1));
        assertThatThrownBy(() -> write(true, out -> {
                    throw new IllegalStateException("encoder broke");
                }))
                .hasMessage("encoder broke");
        assertThat(open().readFile("second")).containsExactly(1);
        write(true, out -> out.write(3));
        assertThat(open().readFile("second")).containsExactly(3);
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).hasSize(1);
        }
    }
}
