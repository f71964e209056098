package org.sparkmlext.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.spark.connect.proto.ObjectRef;
import org.apache.spark.connect.proto.Read;
import org.apache.spark.connect.proto.Relation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.neural.Network;
import org.sparkproject.connect.grpc.StatusRuntimeException;

/** What a client of Spark Connect can do with our stages and statements, on executors of their own. */
@Tag("full")
@Timeout(300)
class ConnectTest {
    private static final String TREES = "org.sparkmlext.ml.boosting.BoostedTreesClassifier";
    private static final String TREES_MODEL = "org.sparkmlext.ml.boosting.BoostedTreesClassificationModel";
    private static final String CNN = "org.sparkmlext.ml.neural.CnnClassifier";
    private static final String CNN_MODEL = "org.sparkmlext.ml.neural.CnnClassificationModel";
    private static final int ROWS = 400;
    private static final int SIDE = 8;

    @TempDir
    static Path folder;

    private static ConnectServer server;
    private static ConnectClient client;
    private static ConnectStages stages;
    private static Relation table;

    @BeforeAll
    static void startServer() throws Exception {
        Path file = Files.write(folder.resolve("images.json"), images());
        table = Relation.newBuilder()
                .setRead(Read.newBuilder()
                        .setDataSource(Read.DataSource.newBuilder()
                                .setFormat("json")
                                .setSchema("id BIGINT, west DOUBLE, east DOUBLE, pixels ARRAY<FLOAT>, label DOUBLE,"
                                        + " brighter STRING")
                                .addPaths(file.toString())))
                .build();
        server = ConnectServer.start(folder);
        client = new ConnectClient(server.port());
        stages = new ConnectStages(client);
        client.sql("CREATE TEMPORARY VIEW images (id BIGINT, west DOUBLE, east DOUBLE, pixels ARRAY<FLOAT>,"
                + " label DOUBLE, brighter STRING) USING json OPTIONS (path '" + file + "')");
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void treesAreFittedAskedSavedAndLoaded() throws Exception {
        ObjectRef model = stages.fit(
                TREES,
                Map.of(
                        "inputCols",
                        List.of("west", "east"),
                        "numTrees",
                        5,
                        "learningRate",
                        0.3,
                        "objective",
                        "logistic",
                        "classWeights",
                        List.of(1.0, 1.5),
                        "seed",
                        7),
                table);
        List<Map<String, Object>> predictions = predictions(model);
        assertThat(predictions).hasSize(ROWS).filteredOn(ConnectTest::isRight).hasSizeGreaterThan(390);
        assertThat(stages.attribute(model, "numFeatures").getInteger()).isEqualTo(2);
        assertThat(stages.attribute(model, "numClasses").getInteger()).isEqualTo(2);
        assertThat(stages.attribute(model, "toString").getString()).contains("BoostedTreesClassificationModel");

        String path = folder.resolve("trees").toString();
        stages.save(model, path);
        assertThat(predictions(stages.load(TREES_MODEL, path))).isEqualTo(predictions);
        assertThat(client.rows(ConnectClient.query(
                        "SELECT id, ml_predict('" + path + "', west, east) AS prediction FROM images ORDER BY id")))
                .extracting(row -> row.get("prediction"))
                .isEqualTo(
                        predictions.stream().map(row -> row.get("prediction")).toList());
        assertThat(server.process().output()).contains("Training with 2 workers");
    }

    @Test
    void aNetworkIsFittedSavedAndLoaded() throws Exception {
        String network = Network.image(SIDE, SIDE, 1)
                .conv2d(4, 3, "relu")
                .flatten()
                .dense(16, "relu")
                .build()
                .toJson();
        ObjectRef model = stages.fit(
                CNN,
                Map.of("imageCol", "pixels", "network", network, "maxEpochs", 5, "batchSize", 32, "learningRate", 0.01),
                table);
        List<Map<String, Object>> predictions = predictions(model);
        assertThat(predictions).hasSize(ROWS).filteredOn(ConnectTest::isRight).hasSizeGreaterThan(380);
        String path = folder.resolve("network").toString();
        stages.save(model, path);
        assertThat(predictions(stages.load(CNN_MODEL, path))).isEqualTo(predictions);
    }

    @Test
    void paramsOfATransformAreTheClients() throws Exception {
        ObjectRef model = stages.fit(TREES, Map.of("inputCols", List.of("west", "east"), "numTrees", 2), table);
        assertThat(client.rows(ConnectStages.transform(model, Map.of("predictionCol", "answer"), table))
                        .get(0))
                .containsKey("answer")
                .doesNotContainKey("prediction");
    }

    @Test
    void aTransformerIsNamedByItsClass() throws Exception {
        Relation tokens = ConnectStages.transform(
                "org.sparkmlext.ml.feature.TokenIndexer",
                Map.of("inputCol", "words", "outputCol", "numbers", "vocabulary", List.of("to", "be")),
                ConnectClient.query("SELECT array('not', 'to', 'be') AS words"));
        assertThat(client.rows(tokens)).extracting(row -> row.get("numbers")).containsExactly(List.of(0f, 1f, 2f));
    }

    @Test
    void modelsAreMadeMeasuredAndAskedInSql() throws Exception {
        Relation made = client.sql("CREATE MODEL sides USING boosted_trees_classifier OPTIONS (label = brighter,"
                + " num_trees = 5) AS SELECT west, east, brighter FROM images");
        assertThat(client.rows(made))
                .hasSize(1)
                .first()
                .satisfies(row -> assertThat(row)
                        .containsEntry("model", "sides")
                        .containsEntry("version", 1)
                        .containsEntry("rows", (long) ROWS));
        assertThat(client.rows(client.sql("EVALUATE MODEL sides USING TABLE images")))
                .filteredOn(row -> "accuracy".equals(row.get("metric")))
                .hasSize(1)
                .allSatisfy(row -> assertThat((double) row.get("value")).isGreaterThan(0.97));
        assertThat(client.rows(client.sql("EXPLAIN MODEL sides")))
                .extracting(row -> row.get("feature"))
                .containsExactlyInAnyOrder("west", "east");
        // Lazily, as a part of another query, and by a table that has more columns than the model reads.
        assertThat(client.rows(ConnectClient.query("SELECT count_if(ml_predict('sides', *) = brighter) AS hits,"
                        + " min(ml_predict_proba('sides', *)['west']) AS least FROM images")))
                .hasSize(1)
                .allSatisfy(row -> {
                    assertThat((long) row.get("hits")).isGreaterThan(390);
                    assertThat((double) row.get("least")).isBetween(0.0, 0.5);
                });
        client.sql("DROP MODEL sides");
        assertThat(client.rows(client.sql("SHOW MODELS LIKE 'sides'"))).isEmpty();
    }

    @Test
    void theClientIsToldWhatIsWrong() {
        List<String> columns = List.of("west", "east");
        assertThatThrownBy(() -> stages.fit(TREES, Map.of("inputCols", columns, "numTrees", 0), table))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("numTrees is 0; allowed: >= 1");
        assertThatThrownBy(() -> stages.fit(TREES, Map.of("inputCols", List.of("west", "esat")), table))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("esat");
        assertThatThrownBy(() -> stages.fit(CNN, Map.of("imageCol", "pixels", "network", "{}"), table))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("network");
        assertThatThrownBy(() -> client.sql("CREATE MODEL m USING boosted_trees_classifier OPTIONS (label = label,"
                        + " num_tree = 5) AS SELECT west, east, label FROM images"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("num_trees");
        ObjectRef model = stages.fit(TREES, Map.of("inputCols", columns, "numTrees", 1), table);
        // Spark itself has a list of what a client may read; docs/connect.md names what does instead.
        assertThatThrownBy(() -> stages.attribute(model, "featureImportances"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("ATTRIBUTE_NOT_ALLOWED");
    }

    /** From then on Spark sends the session's executors what the client has added. */
    @Test
    void aClientsOwnJarsDoNotHideOurs() throws Exception {
        Path jar = folder.resolve("own.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("own.txt"));
            out.closeEntry();
        }
        try (ConnectClient other = new ConnectClient(server.port())) {
            other.addJar(jar);
            ObjectRef model = new ConnectStages(other)
                    .fit(TREES, Map.of("inputCols", List.of("west", "east"), "numTrees", 5), table);
            assertThat(other.rows(ConnectStages.transform(model, Map.of(), table)))
                    .hasSize(ROWS)
                    .filteredOn(ConnectTest::isRight)
                    .hasSizeGreaterThan(390);
        }
    }

    /** Rows by id. */
    private static List<Map<String, Object>> predictions(ObjectRef model) throws IOException {
        List<Map<String, Object>> rows = client.rows(ConnectStages.transform(model, Map.of(), table));
        rows.sort(Comparator.comparing(row -> (long) row.get("id")));
        return rows;
    }

    private static boolean isRight(Map<String, Object> row) {
        return row.get("label").equals(row.get("prediction"));
    }

    /** Images that are brighter in the west, or in the east; beside them the sums of both sides. */
    private static List<String> images() {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int id = 0; id < ROWS; id++) {
            int label = id % 2;
            List<Float> pixels = new ArrayList<>();
            double[] sums = new double[2];
            for (int p = 0; p < SIDE * SIDE; p++) {
                int side = p % SIDE < SIDE / 2 ? 0 : 1;
                float pixel = random.nextFloat() + (side == label ? 1 : 0);
                pixels.add(pixel);
                sums[side] += pixel;
            }
            lines.add("{\"id\": " + id + ", \"west\": " + sums[0] + ", \"east\": " + sums[1] + ", \"pixels\": " + pixels
                    + ", \"label\": " + label + ", \"brighter\": \"" + (label == 0 ? "west" : "east") + "\"}");
        }
        return lines;
    }
}
