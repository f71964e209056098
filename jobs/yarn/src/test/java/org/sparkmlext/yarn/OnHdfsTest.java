package org.sparkmlext.yarn;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.feature.TableAssembler;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.neural.CnnClassificationModel;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;

/** Tables, models, checkpoints and the warehouse on a real HDFS, which is the default file system: paths are plain. */
@Tag("full")
@Timeout(200)
class OnHdfsTest {
    private static final int ROWS = 2000;
    private static final String TENSORS = "/model.safetensors";

    @TempDir
    static java.nio.file.Path folder;

    private static HadoopCluster cluster;
    private static FileSystem files;
    private static SparkSession session;

    @BeforeAll
    static void start() throws IOException {
        cluster = HadoopCluster.start(folder);
        files = cluster.files();
        session = SparkOnHdfs.start(cluster);
        session.conf().set("spark.sparkmlext.models.dir", cluster.uri() + "/warehouse/models");
        SparkOnHdfs.customers(session, ROWS).write().parquet("/data/customers.parquet");
        session.read().parquet("/data/customers.parquet").createOrReplaceGlobalTempView("customers");
    }

    @AfterAll
    static void stop() {
        if (session != null) {
            session.stop();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static List<String> names(String directory) throws IOException {
        return Arrays.stream(files.listStatus(new Path(directory)))
                .map(status -> status.getPath().getName())
                .sorted()
                .toList();
    }

    @Test
    void commandsTakePlainPathsOfTheDefaultFileSystem() throws IOException {
        cluster.write("/jobs/shared.json", "{\"label\": \"left\", \"ignore\": [\"customer\"]}");
        cluster.write("/jobs/train.json", """
                {"include": "shared.json", "input": "/data/customers.parquet", "output": "/models/churn", "params": {"numTrees": 5}}
                """);
        String job = "--job=" + cluster.uri() + "/jobs/train.json";
        assertThat(SparkOnHdfs.run("train", job)).contains("model saved: " + cluster.uri() + "/models/churn");
        java.nio.file.Path local = folder.resolve("churn");
        SparkOnHdfs.run("train", job, "--output=" + local.toUri());
        try (Stream<java.nio.file.Path> all = java.nio.file.Files.walk(local)) {
            assertThat(all.filter(path -> path.endsWith("model.safetensors")))
                    .singleElement()
                    .satisfies(path -> assertThat(path)
                            .hasBinaryContent(
                                    cluster.read(tensors("/models/churn").toString())));
        }
        SparkOnHdfs.run("train", job, "--overwrite");
        assertThat(SparkOnHdfs.run("evaluate", "--model=/models/churn", "--input=/data/customers.parquet"))
                .containsPattern("AUC +0\\.[789]");
        SparkOnHdfs.run("score", "--model=/models/churn", "--input=/data/customers.parquet", "--output=/scores/churn");
        assertThat(session.read().parquet("/scores/churn").count()).isEqualTo(ROWS);
        assertThat(SparkOnHdfs.run("describe", "--model=/models/churn")).contains("contract_index");
        assertThat(names("/models")).containsExactly("churn");
    }

    private static Path tensors(String model) throws IOException {
        var all = files.listFiles(new Path(model), true);
        while (all.hasNext()) {
            Path path = all.next().getPath();
            if (path.toString().endsWith(TENSORS)) {
                return Path.getPathWithoutSchemeAndAuthority(path);
            }
        }
        throw new IllegalStateException("no model in " + model);
    }

    @Test
    void aStoppedFitGoesOnFromItsCheckpointsToTheSameBytes() throws IOException {
        Dataset<Row> images = PatternImages.table(session, 240);
        classifier().fit(images).save("/networks/whole");
        CnnClassifier kept = classifier().setCheckpointDir("/checkpoints/run");
        kept.copy(new org.apache.spark.ml.param.ParamMap())
                .addListener((TrainingCallback) report -> report.round() == 2)
                .fit(images);
        assertThat(names("/checkpoints/run")).contains("round-000002.checkpoint", "round-000003.checkpoint");
        List<Integer> rounds = new ArrayList<>();
        kept.addListener(new TrainingListener() {
                    @Override
                    public void roundFinished(RoundReport report) {
                        rounds.add(report.round());
                    }
                })
                .fit(images)
                .save("/networks/resumed");
        assertThat(rounds).containsExactly(3, 4, 5);
        assertThat(cluster.read("/networks/resumed" + TENSORS)).isEqualTo(cluster.read("/networks/whole" + TENSORS));
        assertThat(names("/checkpoints/run")).noneMatch(name -> name.startsWith("."));
        assertThat(CnnClassificationModel.load("/networks/resumed")
                        .transform(images)
                        .where("prediction = label")
                        .count())
                .isGreaterThan(160);
    }

    private static CnnClassifier classifier() {
        Network network = Network.image(PatternImages.SIZE, PatternImages.SIZE, 1)
                .conv2d(4, 3, "relu")
                .batchNorm()
                .dropout(0.2)
                .flatten()
                .dense(8, "relu")
                .build();
        return new CnnClassifier()
                .setImageCol("image")
                .setNetwork(network.toJson())
                .setMaxEpochs(6)
                .setBatchSize(16)
                .setLearningRate(0.01)
                .setNumThreads(1);
    }

    @Test
    void aPipelineWithATableAssemblerComesBackFromHdfs() throws IOException {
        Dataset<Row> customers = session.read()
                .parquet("/data/customers.parquet")
                .withColumn("label", col("left").equalTo("yes").cast("double"));
        PipelineModel model = new Pipeline()
                .setStages(new PipelineStage[] {
                    new TableAssembler().setInputCols(new String[] {"age", "contract", "region", "data_gb"}),
                    new BoostedTreesClassifier().setNumTrees(5)
                })
                .fit(customers);
        model.save("/models-of-pipelines/churn");
        List<Row> expected = predictions(model, customers);
        assertThat(expected).hasSize(ROWS);
        assertThat(predictions(PipelineModel.load("/models-of-pipelines/churn"), customers))
                .isEqualTo(expected);
    }

    private static List<Row> predictions(PipelineModel model, Dataset<Row> rows) {
        return model.transform(rows)
                .select("customer", "probability")
                .orderBy("customer")
                .collectAsList();
    }

    @Test
    void ofSeveralThatSaveToOnePathOneDoesAndNothingIsTorn() throws Exception {
        BoostedTreesClassificationModel model = smallModel();
        for (int round = 0; round < 3; round++) {
            String path = "/raced/" + round;
            List<Throwable> failures = atOnce(4, number -> model.save(path));
            assertThat(failures)
                    .hasSize(3)
                    .allSatisfy(failure -> assertThat(failure).isInstanceOf(FileAlreadyExistsException.class));
            assertThat(names(path)).containsExactly("metadata", "model.safetensors", "summary.json");
            BoostedTreesClassificationModel.load(path);
        }
        assertThat(names("/raced")).containsExactly("0", "1", "2");
    }

    @Test
    void ofSeveralThatReplaceAModelOneIsLeftWhole() throws Exception {
        BoostedTreesClassificationModel model = smallModel();
        model.save("/replaced/model");
        for (int round = 0; round < 3; round++) {
            atOnce(3, number -> model.write().overwrite().save("/replaced/model"));
            assertThat(names("/replaced/model")).containsExactly("metadata", "model.safetensors", "summary.json");
            BoostedTreesClassificationModel.load("/replaced/model");
            assertThat(names("/replaced")).containsExactly("model");
        }
    }

    private static BoostedTreesClassificationModel smallModel() {
        return new BoostedTreesClassifier()
                .setInputCols(new String[] {"a"})
                .setLabelCol("y")
                .setNumTrees(1)
                .fit(session.sql("SELECT id * 1.0D AS a, id % 2 * 1.0D AS y FROM range(100)"));
    }

    private interface Act {
        void by(int number) throws Exception;
    }

    /** What failed of several that begin at the same moment. */
    private static List<Throwable> atOnce(int number, Act act) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(number);
        try {
            CyclicBarrier start = new CyclicBarrier(number);
            List<Future<Throwable>> ends = new ArrayList<>();
            for (int i = 0; i < number; i++) {
                int own = i;
                ends.add(threads.submit(() -> {
                    start.await();
                    try {
                        act.by(own);
                        return null;
                    } catch (Exception failure) {
                        return failure;
                    }
                }));
            }
            List<Throwable> failures = new ArrayList<>();
            for (Future<Throwable> end : ends) {
                if (end.get() != null) {
                    failures.add(end.get());
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    private static String create(String name) {
        return "MODEL " + name
                + " USING boosted_trees_classifier OPTIONS (label = left, ignore = customer, num_trees = 3)"
                + " AS SELECT * FROM global_temp.customers";
    }

    private static SparkSession another() {
        SparkSession another = session.newSession();
        another.conf().set("spark.sparkmlext.models.dir", session.conf().get("spark.sparkmlext.models.dir"));
        return another;
    }

    @Test
    void ofSeveralSessionsThatCreateANameOneDoes() throws Exception {
        for (int round = 0; round < 2; round++) {
            String name = "raced_" + round;
            List<SparkSession> sessions = List.of(another(), another(), another());
            List<Throwable> failures = atOnce(
                    3,
                    number -> sessions.get(number).sql("CREATE " + create(name)).collect());
            assertThat(failures)
                    .hasSize(2)
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOf(BadInputException.class)
                            .hasMessageContaining("model '" + name + "'")
                            .hasMessageMatching("(?s).*(exists already|another session is just making).*"));
            assertThat(names("/warehouse/models/" + name)).containsExactly("v1");
            answers(name);
        }
        nothingUnfinishedIsLeft();
    }

    @Test
    void ofSeveralSessionsThatReplaceEachMakesAVersionUntilAllAreDropped() throws Exception {
        List<SparkSession> sessions = List.of(another(), another());
        assertThat(atOnce(
                        2,
                        number -> sessions.get(number)
                                .sql("CREATE OR REPLACE " + create("churn"))
                                .collect()))
                .isEmpty();
        assertThat(names("/warehouse/models/churn")).containsExactly("v1", "v2");
        answers("churn");
        assertThat(session.sql("DESCRIBE MODEL churn").collectAsList().toString())
                .contains("boosted_trees_classifier");
        session.sql("DROP MODEL churn");
        assertThat(files.exists(new Path("/warehouse/models/churn"))).isFalse();
        nothingUnfinishedIsLeft();
    }

    private static void answers(String name) {
        assertThat(session.sql("SELECT count(*) FROM (SELECT ml_predict('" + name + "', *) AS answer FROM"
                                + " global_temp.customers) WHERE answer IN ('yes', 'no')")
                        .first()
                        .getLong(0))
                .isEqualTo(ROWS);
    }

    private static void nothingUnfinishedIsLeft() throws IOException {
        assertThat(names("/warehouse/models")).noneMatch(name -> name.startsWith("."));
    }

    /** HDFS refuses with one error while the other session has the file open, and with another afterwards. */
    @Test
    void aSessionWaitsForTheClaimOfAnother() throws Exception {
        Path claim = new Path("/warehouse/models/.waits.claim");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (FileSystem other = cluster.otherClient()) {
            var open = other.create(claim, false);
            Future<Row[]> created = thread.submit(
                    () -> (Row[]) another().sql("CREATE " + create("waits")).collect());
            Thread.sleep(1500);
            open.close();
            Thread.sleep(500);
            assertThat(created.isDone()).isFalse();
            assertThat(other.delete(claim, false)).isTrue();
            assertThat(created.get()[0].getString(0)).isEqualTo("waits");
        } finally {
            thread.shutdownNow();
        }
        answers("waits");
    }

    @Test
    void damagedAndNewerModelsAreNamed() throws IOException {
        session.sql("CREATE " + create("damaged"));
        String version = "/warehouse/models/damaged/v1";
        String facts = new String(cluster.read(version + "/_model.json"), StandardCharsets.UTF_8);
        cluster.write(version + "/_model.json", facts.substring(0, facts.length() / 2));
        refused("DESCRIBE MODEL damaged", version + "/_model.json is damaged");
        cluster.write(version + "/_model.json", facts.replace("\"formatVersion\" : 1", "\"formatVersion\" : 7"));
        refused("DESCRIBE MODEL damaged", "newer version of spark-ml-ext", "format is 7");
        cluster.write(version + "/_model.json", facts);
        Path tensors = tensors(version);
        byte[] whole = cluster.read(tensors.toString());
        cluster.write(tensors.toString(), new String(whole, 0, whole.length / 2, StandardCharsets.ISO_8859_1));
        refused("SELECT ml_predict('damaged', *) FROM global_temp.customers", "is damaged", "model.safetensors has");
        String plain = "/models-at-fault/plain";
        smallModel().save(plain);
        FileStatus metadata = files.listStatus(new Path(plain, "metadata"))[1];
        String line = new String(cluster.read(metadata.getPath().toString()), StandardCharsets.UTF_8);
        cluster.write(
                metadata.getPath().toString(),
                line.replaceFirst("\"format\":\\{\"version\":\\d+", "\"format\":{\"version\":99"));
        assertThatThrownBy(() -> BoostedTreesClassificationModel.load(plain))
                .hasMessageContaining(cluster.uri() + plain)
                .hasMessageContaining("is written in format 99");
    }

    private static void refused(String statement, String... parts) {
        assertThatThrownBy(() -> session.sql(statement).collect())
                .satisfies(failure ->
                        assertThat(String.valueOf(failure.getMessage())).contains(parts));
    }
}
