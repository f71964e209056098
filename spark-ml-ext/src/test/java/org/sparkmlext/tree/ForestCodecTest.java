package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.Safetensors;
import org.sparkmlext.data.Tensor;

class ForestCodecTest {

    /** Two trees: x0 < 1.5 (missing right), then a single leaf. */
    private static Forest forest() {
        return new Forest(
                List.of("age", "größe, in cm"),
                "logistic",
                new float[] {0.25f},
                new ForestNodes(
                        new int[] {0, 3, 4},
                        new int[] {0, -1, -1, -1},
                        new float[] {1.5f, 0, 0, 0},
                        new byte[] {0, 0, 0, 0},
                        new int[] {1, -1, -1, -1},
                        new int[] {2, -1, -1, -1},
                        new float[] {0, -1, 2, 0.5f},
                        new float[] {3, 0, 0, 0},
                        new float[] {10, 4, 6, 10}));
    }

    private static byte[] bytes(Forest forest) {
        return ForestCodec.write(forest);
    }

    private static Forest read(byte[] bytes) throws IOException {
        return ForestCodec.read(new ByteArrayInputStream(bytes));
    }

    /** One round of three trees, each a single leaf. */
    private static Forest ofThreeClasses() {
        return new Forest(
                List.of("x"),
                "softmax",
                new float[] {0.5f, -1, 2},
                new ForestNodes(
                        new int[] {0, 1, 2, 3},
                        new int[] {-1, -1, -1},
                        new float[3],
                        new byte[3],
                        new int[] {-1, -1, -1},
                        new int[] {-1, -1, -1},
                        new float[] {1, 2, 3},
                        new float[3],
                        new float[] {5, 5, 5}));
    }

    private static byte[] changed(String tensor, Tensor value) throws IOException {
        Safetensors.Content content = Safetensors.read(new ByteArrayInputStream(bytes(forest())));
        Map<String, Tensor> tensors = new TreeMap<>(content.tensors());
        tensors.put(tensor, value);
        return Safetensors.write(new Safetensors.Content(content.metadata(), tensors));
    }

    private static byte[] withMetadata(Map<String, String> metadata) throws IOException {
        Safetensors.Content content = Safetensors.read(new ByteArrayInputStream(bytes(forest())));
        return Safetensors.write(new Safetensors.Content(metadata, content.tensors()));
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Forest read = read(bytes(forest()));
        assertThat(read.featureNames()).containsExactly("age", "größe, in cm");
        assertThat(read.rawScore(new float[] {1, 0})).isEqualTo(0.25f - 1 + 0.5f);
        assertThat(read.rawScore(new float[] {Float.NaN, 0})).isEqualTo(0.25f + 2 + 0.5f);
        assertThat(bytes(read)).isEqualTo(bytes(forest()));
    }

    @Test
    void readsTheFirstFormat() throws IOException {
        try (InputStream old = ForestCodecTest.class.getResourceAsStream("forest-version-1.safetensors")) {
            Forest read = ForestCodec.read(Objects.requireNonNull(old));
            assertThat(read.objective()).isEqualTo("logistic");
            assertThat(read.numOutputs()).isEqualTo(1);
            assertThat(bytes(read)).isEqualTo(bytes(forest()));
        }
    }

    @Test
    void severalOutputsSurvive() throws IOException {
        Forest read = read(bytes(ofThreeClasses()));
        assertThat(read.objective()).isEqualTo("softmax");
        assertThat(read.numOutputs()).isEqualTo(3);
        assertThat(read.numRounds()).isEqualTo(1);
        assertThat(read.baseScores()).containsExactly(0.5f, -1, 2);
        assertThat(read.rawScores(new float[] {7})).containsExactly(1.5f, 1, 5);
        assertThatThrownBy(() -> read.rawScore(new float[] {7})).hasMessageContaining("3 raw scores");
    }

    @Test
    void outputsThatDoNotFitTheTreesAreRefused() throws IOException {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", "spark-ml-ext-forest", "format_version", "2", "objective", "softmax", "num_outputs", "2"));
        byte[] two = withMetadata(metadata);
        assertThatThrownBy(() -> read(two)).hasMessageContaining("base_scores has 1 values; it needs 2");
        metadata.put("num_outputs", "0");
        byte[] none = withMetadata(metadata);
        assertThatThrownBy(() -> read(none)).hasMessageContaining("num_outputs is '0'");
        metadata.remove("objective");
        metadata.put("num_outputs", "1");
        byte[] nameless = withMetadata(metadata);
        assertThatThrownBy(() -> read(nameless)).hasMessageContaining("'objective'");
        byte[] version0 = withMetadata(Map.of("format", "spark-ml-ext-forest", "format_version", "0"));
        assertThatThrownBy(() -> read(version0)).hasMessageContaining("format_version is '0'");
        assertThatThrownBy(() -> new Forest(
                        List.of("x"), "softmax", new float[2], ofThreeClasses().nodes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 trees has 2 base scores");
    }

    @Test
    void aNodeWithTwoParentsIsRefused() throws IOException {
        byte[] shared = changed("right", Tensor.of(1, -1, -1, -1));
        assertThatThrownBy(() -> read(shared)).hasMessageContaining("has a child that another node has too");
    }

    @Test
    void aForestWithoutTreesSurvives() throws IOException {
        Forest empty = new Forest(
                List.of("x"),
                "logistic",
                new float[] {-1f},
                new ForestNodes(
                        new int[] {0},
                        new int[0],
                        new float[0],
                        new byte[0],
                        new int[0],
                        new int[0],
                        new float[0],
                        new float[0],
                        new float[0]));
        Forest read = read(bytes(empty));
        assertThat(read.numTrees()).isZero();
        assertThat(read.rawScore(new float[] {3})).isEqualTo(-1f);
    }

    @Test
    void aForeignFileIsRefused() throws IOException {
        byte[] foreign = withMetadata(Map.of("format", "pt"));
        assertThatThrownBy(() -> read(foreign)).isInstanceOf(IOException.class).hasMessageContaining("'pt'");
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        byte[] newer = withMetadata(Map.of("format", "spark-ml-ext-forest", "format_version", "3"));
        assertThatThrownBy(() -> read(newer))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format version 3")
                .hasMessageContaining("up to 2");
    }

    @Test
    void aTreeThatWouldNotEndIsRefused() throws IOException {
        byte[] loop = changed("left", Tensor.of(0, -1, -1, -1));
        assertThatThrownBy(() -> read(loop)).isInstanceOf(IOException.class).hasMessageContaining("node 0 of tree 0");
        byte[] outside = changed("right", Tensor.of(3, -1, -1, -1));
        assertThatThrownBy(() -> read(outside)).isInstanceOf(IOException.class);
        byte[] feature = changed("features", Tensor.of(2, -1, -1, -1));
        assertThatThrownBy(() -> read(feature)).isInstanceOf(IOException.class);
    }

    @Test
    void arraysOfUnequalLengthAreRefused() throws IOException {
        byte[] uneven = changed("values", Tensor.of(1f, 2f));
        assertThatThrownBy(() -> read(uneven)).isInstanceOf(IOException.class).hasMessageContaining("differ in length");
        byte[] wrongType = changed("values", Tensor.of(1, 2, 3, 4));
        assertThatThrownBy(() -> read(wrongType))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("I32, not F32");
        byte[] starts = changed("tree_starts", Tensor.of(0, 3, 9));
        assertThatThrownBy(() -> read(starts)).isInstanceOf(IOException.class).hasMessageContaining("tree_starts");
    }

    @Test
    void importancesAddUpToOne() {
        assertThat(forest().importances(Forest.ImportanceKind.GAIN)).containsExactly(1.0, 0.0);
        assertThat(forest().importances(Forest.ImportanceKind.SPLIT)).containsExactly(1.0, 0.0);
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> forest().rawScore(new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 values")
                .hasMessageContaining("2 features");
    }

    @Test
    void blocksScoreAsRowsDo() {
        float[] rows = {1, 0, 2, 0, Float.NaN, 0, 1.5f, 0};
        float[] scores = new float[4];
        forest().rawScores(rows, 4, scores);
        for (int r = 0; r < 4; r++) {
            assertThat(scores[r]).isEqualTo(forest().rawScore(new float[] {rows[2 * r], rows[2 * r + 1]}));
        }
    }
}
