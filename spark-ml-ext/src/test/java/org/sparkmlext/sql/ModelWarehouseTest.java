package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.TableFormat;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.testing.LocalSpark;

@Timeout(120)
class ModelWarehouseTest {
    private static final TableLayout LAYOUT = new TableLayout(
            TableFormat.PARQUET,
            true,
            ",",
            List.of(),
            List.of(),
            List.of("a"),
            List.of(),
            null,
            0,
            false,
            null,
            "y",
            Map.of("no", 0.0, "yes", 1.0),
            null,
            null);

    private static BoostedTreesClassificationModel model;

    @TempDir
    Path folder;

    private SparkSession session;
    private ModelWarehouse warehouse;

    @BeforeAll
    static void train() {
        Dataset<Row> rows = LocalSpark.session().sql("SELECT id * 1.0D AS a, id % 2 * 1.0D AS y FROM range(100)");
        model = new BoostedTreesClassifier()
                .setInputCols(new String[] {"a"})
                .setLabelCol("y")
                .setNumTrees(1)
                .fit(rows);
    }

    @BeforeEach
    void open() {
        session = LocalSpark.session().newSession();
        session.conf().set(ModelWarehouse.DIRECTORY, folder.resolve("models").toString());
        warehouse = new ModelWarehouse(session);
    }

    @AfterEach
    void nothingUnfinishedIsLeft() throws IOException {
        if (Files.exists(folder.resolve("models"))) {
            try (Stream<Path> all = Files.walk(folder.resolve("models"))) {
                assertThat(all.map(path -> path.getFileName().toString()))
                        .noneMatch(name -> name.matches(".*\\.(incomplete|dropped|claim|reserved)"));
            }
        }
    }

    private static ModelFacts facts(String name, String query) {
        return new ModelFacts(
                ModelFacts.FORMAT_VERSION,
                name,
                0,
                "boosted_trees_classifier",
                List.of(new ModelFacts.Column("a", "double")),
                "y",
                List.of("no", "yes"),
                query,
                Map.of("num_trees", "1"),
                "2024-03-01T12:30:00Z");
    }

    private Stored save(String name, boolean replace) {
        return warehouse.save((MLWritable) model, LAYOUT, facts(name, "SELECT"), replace);
    }

    private void refused(String name, String... parts) {
        assertThatThrownBy(() -> warehouse.find(name))
                .isInstanceOf(BadInputException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void aNameIsItsNewestVersion() {
        Stored first = save("churn", false);
        assertThat(first.version()).isEqualTo("v1");
        assertThat(first.facts()).isEqualTo(facts("churn", "SELECT").ofVersion(1));
        Stored second = save("churn", true);
        assertThat(warehouse.find("CHURN")).isEqualTo(second);
        assertThat(second.version()).isEqualTo("v2");
        assertThat(warehouse.versions(new ModelName("churn"))).containsExactly(1, 2);
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(second.path());
        assertThat(loaded.layout()).isEqualTo(LAYOUT);
        assertThat(loaded.trained()).isInstanceOf(BoostedTreesClassificationModel.class);
        save("another", false);
        assertThat(warehouse.all()).extracting(stored -> stored.facts().name()).containsExactly("another", "churn");
    }

    @Test
    void aPathIsAModelDirectory() throws IOException {
        Stored stored = save("churn", false);
        assertThat(warehouse.find(stored.path()).facts()).isEqualTo(stored.facts());
        String plain = folder.resolve("plain").toString();
        new ModelDirectory(session).write((MLWritable) model, LAYOUT, new org.apache.hadoop.fs.Path(plain));
        Stored found = warehouse.find(plain);
        assertThat(found.facts().columns()).containsExactly(new ModelFacts.Column("a", ""));
        assertThat(found.facts().classes()).containsExactly("no", "yes");
        Files.setLastModifiedTime(folder.resolve("plain/metadata"), FileTime.fromMillis(5000));
        assertThat(warehouse.find(plain).version()).isEqualTo("t5000").isNotEqualTo(found.version());
        refused(folder.resolve("absent").toString(), "is no model directory", "absent/metadata", "name of a model");
    }

    @Test
    void aNameThatExistsIsNotReplacedUnasked() {
        Stored first = save("churn", false);
        assertThatThrownBy(() -> save("churn", false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("model 'churn' exists already")
                .hasMessageContaining("CREATE OR REPLACE MODEL");
        assertThat(warehouse.find("churn")).isEqualTo(first);
    }

    @Test
    void unknownNamesNameTheNearest() {
        refused("churn", "unknown model 'churn'", "there are no models in", "CREATE MODEL");
        save("churn", false);
        save("prices", false);
        refused("chrun", "did you mean 'churn'?", "valid models: churn, prices");
    }

    @Test
    void namesAreNoPathsAndNoQuotes() {
        save("a_b", false);
        for (String name : List.of("a.b", "a..b", "a'b", "a\"b", "a`b", "a b", "a\\b", "a;b", "ä_b")) {
            refused(name, "model name '" + name + "' is not allowed", "did you mean 'a_b'?");
        }
        refused("..", "is not allowed");
        refused("", "is not allowed");
        refused("x".repeat(129), "is not allowed");
        // What has a slash is a path, and nothing outside the warehouse becomes a name.
        refused("../a_b", "is no model directory");
    }

    @Test
    void aDamagedVersionIsNamed() throws IOException {
        Stored stored = save("churn", false);
        Path file = Path.of(stored.path().replaceFirst("^file:", ""), "_model.json");
        String json = Files.readString(file);
        Files.delete(file.resolveSibling("._model.json.crc"));
        Files.writeString(file, json.substring(0, json.length() / 2));
        refused("churn", "v1/_model.json is damaged", "create it again");
        Files.writeString(file, json.replace("\"formatVersion\" : 1", "\"formatVersion\" : 7"));
        refused("churn", "newer version of spark-ml-ext", "format is 7", "formats up to 1");
        Files.writeString(file, "{}");
        refused("churn", "has no formatVersion");
        Files.delete(file);
        refused("churn", "model 'churn' has no whole version", "DROP MODEL churn");
        assertThat(warehouse.all()).isEmpty();
        // What is left of a version is passed over.
        assertThat(save("churn", false).version()).isEqualTo("v2");
    }

    @Test
    void aDroppedModelIsGoneWithAllItsVersions() {
        save("churn", false);
        save("churn", true);
        assertThat(warehouse.drop(new ModelName("churn"))).isTrue();
        assertThat(warehouse.drop(new ModelName("churn"))).isFalse();
        refused("churn", "there are no models");
        assertThat(save("churn", false).version()).isEqualTo("v1");
    }

    /** Else it would take the directory away before the facts are in it, which then stood there alone. */
    @Test
    void aDropWaitsUntilAVersionIsInPlace() throws Exception {
        save("churn", false);
        Path claim = Files.createFile(folder.resolve("models/.churn.claim"));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> dropped = other.submit(() -> warehouse.drop(new ModelName("churn")));
            Thread.sleep(200);
            assertThat(dropped.isDone()).isFalse();
            assertThat(warehouse.versions(new ModelName("churn"))).containsExactly(1);
            Files.delete(claim);
            assertThat(dropped.get()).isTrue();
        } finally {
            other.shutdownNow();
        }
        assertThat(warehouse.all()).isEmpty();
    }

    @Test
    void ofSeveralSessionsOneMakesTheName() throws Exception {
        for (int round = 0; round < 5; round++) {
            String name = "raced_" + round;
            List<Object> ends = atOnce(
                    3,
                    session -> new ModelWarehouse(session)
                            .save((MLWritable) model, LAYOUT, facts(name, "by " + session.hashCode()), false));
            List<Object> won = ends.stream().filter(Stored.class::isInstance).toList();
            assertThat(won).hasSize(1);
            assertThat(ends.stream().filter(end -> !(end instanceof Stored)))
                    .hasSize(2)
                    .allSatisfy(end -> assertThat(end)
                            .isInstanceOf(BadInputException.class)
                            .asString()
                            .contains("exists already"));
            assertThat(warehouse.find(name)).isEqualTo(won.get(0));
            assertThat(warehouse.versions(new ModelName(name))).containsExactly(1);
            new ModelDirectory(session).load(warehouse.find(name).path());
        }
    }

    @Test
    void ofSeveralSessionsThatReplaceEachMakesAVersion() throws Exception {
        List<Object> ends = atOnce(
                3,
                session ->
                        new ModelWarehouse(session).save((MLWritable) model, LAYOUT, facts("churn", "SELECT"), true));
        assertThat(ends).allSatisfy(end -> assertThat(end).isInstanceOf(Stored.class));
        assertThat(warehouse.versions(new ModelName("churn"))).containsExactly(1, 2, 3);
        for (int number = 1; number <= 3; number++) {
            new ModelDirectory(session)
                    .load(folder.resolve("models/churn/v" + number).toString());
        }
    }

    @Test
    void aClaimIsWaitedForUnlessItsSessionHasDied() throws Exception {
        Path claim = Files.createDirectories(folder.resolve("models")).resolve(".churn.claim");
        Files.createFile(claim);
        long startedAt = System.nanoTime();
        Thread other = new Thread(() -> {
            try {
                Thread.sleep(300);
                Files.delete(claim);
            } catch (IOException | InterruptedException broken) {
                throw new IllegalStateException(broken);
            }
        });
        other.start();
        assertThat(save("churn", false).version()).isEqualTo("v1");
        assertThat(System.nanoTime() - startedAt).isGreaterThan(300_000_000);
        other.join();
        Files.createFile(claim);
        Files.setLastModifiedTime(claim, FileTime.fromMillis(System.currentTimeMillis() - 3_600_000));
        assertThat(save("churn", true).version()).isEqualTo("v2");
        assertThat(claim).doesNotExist();
    }

    @Test
    void aNameIsKeptForTheSessionThatTrains() throws Exception {
        ModelName churn = new ModelName("churn");
        Path file = folder.resolve("models/.churn.reserved");
        try (Reservation first = warehouse.reserve(churn)) {
            assertThat(file).exists();
            assertThatThrownBy(() -> warehouse.reserve(churn))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("another session is just making model 'churn': application ")
                    .hasMessageContaining("free 300 s after");
            warehouse.reserve(new ModelName("another")).close();
            // Its session has died.
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 3_600_000));
            try (Reservation second = warehouse.reserve(churn)) {
                first.close();
                assertThat(file).exists();
                save("churn", false);
            }
            assertThat(file).doesNotExist();
            assertThatThrownBy(() -> warehouse.reserve(churn)).hasMessageContaining("exists already");
        }
    }

    @Test
    void aNameIsKeptAnewWhileTrainingLasts() throws Exception {
        org.apache.hadoop.fs.Path path =
                new org.apache.hadoop.fs.Path(folder.resolve("kept.reserved").toString());
        FileSystem files = path.getFileSystem(session.sparkContext().hadoopConfiguration());
        Reservation kept = Reservation.take(files, path, "the owner", 20);
        Files.setLastModifiedTime(folder.resolve("kept.reserved"), FileTime.fromMillis(1000));
        // It may be met in the middle of being written.
        while (!Reservation.holder(files, path).equals(Optional.of("the owner"))) {
            Thread.sleep(5);
        }
        Thread.currentThread().interrupt();
        kept.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("kept.reserved")).doesNotExist();
        Thread.sleep(60);
        assertThat(Reservation.holder(files, path)).isEmpty();
    }

    private interface Act {
        Object in(SparkSession session);
    }

    /** What came of it in each session: a result or an exception. */
    private List<Object> atOnce(int sessions, Act act) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(sessions);
        try {
            CyclicBarrier start = new CyclicBarrier(sessions);
            List<Future<Object>> ends = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                SparkSession own = session.newSession();
                own.conf().set(ModelWarehouse.DIRECTORY, session.conf().get(ModelWarehouse.DIRECTORY));
                ends.add(threads.submit(() -> {
                    start.await();
                    try {
                        return act.in(own);
                    } catch (BadInputException refused) {
                        return refused;
                    }
                }));
            }
            List<Object> results = new ArrayList<>();
            for (Future<Object> end : ends) {
                results.add(end.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
