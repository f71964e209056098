package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** Model directories: what is in them, and what is said of damaged ones. */
class ModelDirectoryTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private Path directory;
    private BoostedTreesClassificationModel model;

    @BeforeEach
    void save() throws IOException {
        // The writer asks for the active session.
        LocalSpark.session();
        directory = temporary.resolve("model");
        model = HandMadeForest.model();
        model.setThresholds(new double[] {0.25, 0.75});
        model.save(directory.toString());
    }

    private void edit(Consumer<ObjectNode> change) throws IOException {
        Path metadata = directory.resolve("metadata/part-00000");
        ObjectNode json = (ObjectNode) JSON.readTree(metadata.toFile());
        change.accept(json);
        Files.writeString(metadata, JSON.writeValueAsString(json));
        // Hadoop's local file system would complain of the checksum before we can look.
        Files.deleteIfExists(directory.resolve("metadata/.part-00000.crc"));
    }

    private void assertRefused(String... parts) {
        assertRefused(() -> BoostedTreesClassificationModel.load(directory.toString()), parts);
    }

    private void assertRefused(ThrowingCallable load, String... parts) {
        var thrown = assertThatThrownBy(load).isInstanceOf(UncheckedIOException.class);
        thrown.hasMessageContaining(directory.toString());
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @Test
    void everythingComesBack() {
        BoostedTreesClassificationModel loaded = BoostedTreesClassificationModel.load(directory.toString());
        assertThat(loaded.fittedForest().encoded().bytes())
                .isEqualTo(model.fittedForest().encoded().bytes());
        assertThat(loaded.featureNames()).containsExactly("a", "b");
        assertThat(loaded.getThresholds()).containsExactly(0.25, 0.75);
        assertThat(loaded.summary()).isEqualTo(model.summary());
        assertThat(loaded.summary().bestIteration()).isEqualTo(1);
        assertThat(loaded.predictRaw(Vectors.dense(5, 3))).isEqualTo(model.predictRaw(Vectors.dense(5, 3)));
    }

    @Test
    void sameModelSameBytesAndNoClock() throws IOException {
        Path again = temporary.resolve("again");
        model.save(again.toString());
        for (String file : new String[] {"model.safetensors", "metadata/part-00000", "summary.json"}) {
            assertThat(again.resolve(file)).hasSameBinaryContentAs(directory.resolve(file));
        }
    }

    @Test
    void neitherSavingNorLoadingRunsASparkJob() throws Exception {
        SparkSession spark = LocalSpark.session();
        AtomicInteger jobs = new AtomicInteger();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart start) {
                jobs.incrementAndGet();
            }
        };
        spark.sparkContext().addSparkListener(listener);
        try {
            BoostedTreesClassificationModel.load(directory.toString())
                    .save(temporary.resolve("copy").toString());
            spark.sparkContext().listenerBus().waitUntilEmpty();
            assertThat(jobs).hasValue(0);
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
    }

    @Test
    void nothingIsLeftBesideTheDirectory() throws IOException {
        model.write().overwrite().save(directory.toString());
        try (Stream<Path> entries = Files.list(temporary)) {
            assertThat(entries.map(p -> p.getFileName().toString())).containsExactly("model");
        }
    }

    @Test
    void anExistingPathIsKept() throws IOException {
        Path other = Files.createDirectory(temporary.resolve("precious"));
        Files.writeString(other.resolve("file"), "content");
        assertThatThrownBy(() -> model.save(other.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exists already")
                .hasMessageContaining("overwrite");
        assertThat(other.resolve("file")).hasContent("content");
    }

    @Test
    void aMissingDirectoryIsNamed() {
        directory = temporary.resolve("nowhere");
        assertRefused("does not exist");
    }

    @Test
    void aDirectoryWithoutMetadataIsForeign() throws IOException {
        Files.delete(directory.resolve("metadata/part-00000"));
        assertRefused("is no model directory", "metadata/part-00000");
    }

    @Test
    void aMissingModelFileIsNamed() throws IOException {
        Files.delete(directory.resolve("model.safetensors"));
        assertRefused("model.safetensors is missing");
    }

    @Test
    void aTruncatedModelFileIsToldByItsLength() throws IOException {
        Path file = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 7));
        Files.deleteIfExists(directory.resolve(".model.safetensors.crc"));
        assertRefused("has " + (bytes.length - 7) + " bytes; the metadata says " + bytes.length);
    }

    @Test
    void aChangedModelFileIsToldByBothHashes() throws IOException {
        Path file = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        String before =
                (String) JSON.readTree(directory.resolve("metadata/part-00000").toFile())
                        .at("/format/files/model.safetensors/sha256")
                        .textValue();
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        Files.deleteIfExists(directory.resolve(".model.safetensors.crc"));
        assertRefused("model.safetensors has sha256 ", "the metadata says " + before);
    }

    @Test
    void aModelFileOfAnotherFormatIsToldEvenIfItsHashIsRight() throws Exception {
        byte[] foreign =
                "this is no forest, but long enough to be one".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(directory.resolve("model.safetensors"), foreign);
        Files.deleteIfExists(directory.resolve(".model.safetensors.crc"));
        String hash = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(foreign));
        edit(json -> ((ObjectNode) json.at("/format/files/model.safetensors"))
                .put("bytes", foreign.length)
                .put("sha256", hash));
        assertRefused("is damaged: model.safetensors: ");
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        edit(json -> ((ObjectNode) json.get("format")).put("version", 2));
        assertRefused("is written in format 2", "reads up to 1");
    }

    @Test
    void anotherClassIsRefused() throws IOException {
        edit(json -> json.put("class", "org.example.Other"));
        assertRefused("holds a org.example.Other", "BoostedTreesClassificationModel");
    }

    @Test
    void anUnknownParamIsRefused() throws IOException {
        edit(json -> ((ObjectNode) json.get("paramMap")).put("numBranches", 3));
        assertRefused("numBranches");
    }

    @Test
    void aParamOutOfRangeIsRefused() throws IOException {
        edit(json -> ((ObjectNode) json.get("paramMap")).put("learningRate", -1.0));
        assertRefused("learningRate");
    }

    @Test
    void cutMetadataIsRefused() throws IOException {
        Path metadata = directory.resolve("metadata/part-00000");
        Files.writeString(metadata, Files.readString(metadata).substring(0, 60));
        Files.deleteIfExists(directory.resolve("metadata/.part-00000.crc"));
        assertRefused("is not valid JSON");
        Files.writeString(metadata, "");
        assertRefused("is damaged");
    }

    @Test
    void aModelOfSparkItselfIsRefused() throws IOException {
        directory = temporary.resolve("foreign");
        new Pipeline().setStages(new org.apache.spark.ml.PipelineStage[0]).save(directory.toString());
        assertRefused("holds a org.apache.spark.ml.Pipeline");
    }
}
