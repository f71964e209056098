package org.sparkmlext.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.jobs.Main;
import org.sparkmlext.jobs.quickstart.CustomerRows;
import org.sparkmlext.ml.boosting.BoostedTreesRegressionModel;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import scala.jdk.javaapi.CollectionConverters;

/** The packaged job on this module's Spark: it trains, evaluates and scores, and its model has the same bytes everywhere. */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SameJarTest {
    /** Written to by the module of the Spark that the jar is built against, which runs first. */
    private static final Path REFERENCES = Path.of("..", "spark-4.0", "target");

    private static final int ROWS = 4000;

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void startSession() throws IOException {
        session = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
        CustomerRows rows = new CustomerRows(5);
        List<String> lines = new ArrayList<>(List.of(String.join(",", CustomerRows.schema().fieldNames())));
        for (long customer = 0; customer < ROWS; customer++) {
            Row row = rows.row(customer);
            lines.add(IntStream.range(0, row.length())
                    .mapToObj(column -> row.isNullAt(column) ? "" : row.get(column).toString())
                    .collect(Collectors.joining(",")));
        }
        Files.write(folder.resolve("customers.csv"), lines);
    }

    @AfterAll
    static void stopSession() {
        session.stop();
    }

    private static String run(String... args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int code = Main.run(args, out, out);
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(code).as(text).isZero();
        return text;
    }

    @Test
    @Order(1)
    void theModelHasTheBytesOfTheReference() throws Exception {
        Path model = folder.resolve("model");
        run(
                "train",
                "--input=" + folder.resolve("customers.csv"),
                "--label=left",
                "--ignore=customer",
                "--validation-fraction=0.1",
                "--set=numTrees=15",
                "--verbose",
                "--output=" + model);
        hasTheBytesOfTheReference(model, "model.sha256");
    }

    @Test
    @Order(2)
    void itEvaluatesScoresAndDescribes() {
        String model = "--model=" + folder.resolve("model");
        String input = "--input=" + folder.resolve("customers.csv");
        assertThat(run("evaluate", model, input, "--verbose")).containsPattern("AUC +0\\.[789]");
        run("score", model, input, "--verbose", "--output=" + folder.resolve("scores"));
        assertThat(session.read().parquet(folder.resolve("scores").toString()).count())
                .isEqualTo(ROWS);
        assertThat(run("describe", model, "--verbose")).contains("contract_index", "first tree");
    }

    @Test
    @Order(3)
    void aRegressorUsedByNameHasTheBytesOfTheReference() throws Exception {
        Dataset<Row> customers = customers();
        BoostedTreesRegressionModel model = new BoostedTreesRegressor()
                .setInputCols(new String[] {"tenure_months", "age", "data_gb", "call_minutes"})
                .setLabelCol("monthly_charge")
                .setObjective("huber")
                .setNumTrees(10)
                .fit(customers.where("monthly_charge is not null"));
        Path path = folder.resolve("regression");
        model.save(path.toString());
        hasTheBytesOfTheReference(path, "regression.sha256");
        Row scored = BoostedTreesRegressionModel.load(path.toString())
                .transform(customers)
                .selectExpr("count(prediction)", "stddev(prediction)")
                .first();
        assertThat(scored.getLong(0)).isEqualTo(ROWS);
        assertThat(scored.getDouble(1)).isPositive();
    }

    @Test
    @Order(4)
    void columnsOfCachedTablesAndFilesAreReadAsTheyLie() throws Exception {
        String file = folder.resolve("numbers").toString();
        session.range(0, ROWS, 1, 2)
                .selectExpr(
                        "if(id % 7 = 0, null, cast(id % 100 as tinyint)) as a",
                        "if(id % 6 = 0, double('NaN'), id / 3) as b",
                        "cast(id % 1000 / 4 as decimal(9, 2)) as c",
                        "id % 11 as d",
                        "cast(id % 5 + id / 1000 as float) as y")
                .write()
                .parquet(file);
        Dataset<Row> read = session.read().parquet(file);
        fitsByColumns(read, "a", "b", "c", "d");
        // Spark caches decimals in a form of its own.
        fitsByColumns(read.drop("c").cache(), "a", "b", "d");
    }

    /** Spark finds the extension in the jar by itself. */
    @Test
    @Order(5)
    void modelsAreMadeMeasuredAndExplainedInSql() {
        session.conf().set("spark.sparkmlext.models.dir", folder.resolve("models").toString());
        customers().createOrReplaceTempView("customers");
        Row made = session.sql("CREATE MODEL churn USING boosted_trees_classifier OPTIONS (label = left,"
                        + " ignore = customer, num_trees = 15, validation_fraction = 0.1) AS SELECT * FROM customers")
                .first();
        assertThat(made.getString(0)).isEqualTo("churn");
        assertThat(made.getInt(1)).isEqualTo(1);
        List<Row> figures =
                session.sql("EVALUATE MODEL churn USING TABLE customers").collectAsList();
        assertThat(figures.get(0).getString(0)).isEqualTo("auc");
        assertThat(figures.get(0).getDouble(1)).isGreaterThan(0.7);
        assertThat(session.sql("EXPLAIN MODEL churn").first().getDouble(1)).isPositive();
        assertThat(session.sql("DESCRIBE MODEL EXTENDED churn").count()).isGreaterThan(10);
        assertThat(session.sql("SHOW MODELS").count()).isEqualTo(1);
        session.sql("DROP MODEL churn");
        assertThat(session.sql("SHOW MODELS").count()).isZero();
    }

    @Test
    @Order(6)
    void predictionsInSqlAreThoseOfTheScoreCommand() {
        customers().createOrReplaceTempView("customers");
        session.read().parquet(folder.resolve("scores").toString()).createOrReplaceTempView("scores");
        String model = "'" + folder.resolve("model") + "'";
        String columns = String.join(", ", CustomerRows.schema().fieldNames());
        // Of rows, and of groups, for which Spark 4 has another constructor than Spark 3.5.
        for (String group : List.of("", " GROUP BY " + columns)) {
            String arguments = model + ", " + columns;
            String predicted = "SELECT customer, ml_predict(" + arguments + ") AS label, ml_predict_proba(" + arguments
                    + ")['yes'] AS p FROM customers";
            assertThat(session.sql("SELECT count(*) FROM (" + predicted + group
                                    + ") c JOIN scores s ON c.customer = s.customer"
                                    + " WHERE c.label = s.predictedLabel AND c.p = s.probability")
                            .first()
                            .getLong(0))
                    .isEqualTo(ROWS);
        }
        assertThat(session.sql("SELECT count(*) FROM customers WHERE ml_predict(" + model + ", " + columns + ") = 'yes'")
                        .first()
                        .getLong(0))
                .isBetween(1L, ROWS - 1L);
    }

    @Test
    @Order(7)
    void streamsTakeUpNewerVersions() throws Exception {
        session.conf().set("spark.sparkmlext.models.dir", folder.resolve("models").toString());
        String model = " MODEL answers USING boosted_trees_classifier OPTIONS (label = answer, num_trees = 3) AS"
                + " SELECT id % 7 AS a, IF((id % 7 > :edge) = :above, 'yes', 'no') AS answer FROM range(210)";
        session.sql("CREATE" + model, Map.of("edge", 3, "above", true));
        String rows = folder.resolve("arriving").toString();
        session.range(0, 70).selectExpr("id % 7 AS a").write().parquet(rows);
        session.readStream().schema("a BIGINT").parquet(rows).createOrReplaceTempView("arriving");
        StreamingQuery query = session.sql("SELECT ml_predict('answers', *) AS p, count(*) AS n FROM arriving"
                        + " GROUP BY ml_predict('answers', a)")
                .writeStream()
                .format("memory")
                .queryName("answered")
                .outputMode("complete")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .start();
        String answered = "SELECT p, n FROM answered ORDER BY p";
        query.processAllAvailable();
        assertThat(session.sql(answered).collectAsList().toString()).isEqualTo("[[no,40], [yes,30]]");
        session.sql("CREATE OR REPLACE" + model, Map.of("edge", 3, "above", false));
        session.range(0, 70).selectExpr("id % 7 AS a").write().mode("append").parquet(rows);
        query.processAllAvailable();
        assertThat(session.sql(answered).collectAsList().toString()).isEqualTo("[[no,70], [yes,70]]");
        query.stop();
    }

    private static Dataset<Row> customers() {
        return session.read()
                .option("header", true)
                .schema(CustomerRows.schema())
                .csv(folder.resolve("customers.csv").toString());
    }

    private static void fitsByColumns(Dataset<Row> data, String... inputs) throws Exception {
        Set<String> stored = ConcurrentHashMap.newKeySet();
        SparkListener listener = new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted stage) {
                CollectionConverters.asJava(stage.stageInfo().rddInfos()).forEach(rdd -> stored.add(rdd.name()));
            }
        };
        session.sparkContext().addSparkListener(listener);
        BoostedTreesRegressor regressor = new BoostedTreesRegressor()
                .setInputCols(inputs)
                .setLabelCol("y")
                .setNumTrees(5);
        Path path = folder.resolve("columns-" + inputs.length);
        regressor.fit(data).save(path.toString());
        session.sparkContext().listenerBus().waitUntilEmpty();
        session.sparkContext().removeSparkListener(listener);
        assertThat(stored).contains("spark-ml-ext blocks, read by columns");
        hasTheBytesOfTheReference(path, "columns-" + inputs.length + ".sha256");
        session.conf().set("spark.sparkmlext.columnarScan", "false");
        Path rows = folder.resolve("rows-" + inputs.length);
        regressor.fit(data).save(rows.toString());
        session.conf().unset("spark.sparkmlext.columnarScan");
        assertThat(sha256(rows)).isEqualTo(sha256(path));
    }

    private static void hasTheBytesOfTheReference(Path model, String name) throws Exception {
        String wanted = System.getProperty("spark.version.wanted");
        assertThat(session.version()).isEqualTo(wanted);
        String sha256 = sha256(model);
        System.out.println("Spark " + session.version() + ": " + name + " of model.safetensors " + sha256);
        Path reference = REFERENCES.resolve(name);
        if (wanted.equals(System.getProperty("spark.version.reference"))) {
            Files.writeString(reference, sha256);
        }
        assertThat(reference).as("run the whole of jobs/compat: spark-4.0 makes the reference").exists();
        assertThat(sha256).isEqualTo(Files.readString(reference));
    }

    private static String sha256(Path model) throws Exception {
        try (var files = Files.walk(model)) {
            Path tensors = files.filter(file -> file.endsWith("model.safetensors")).findFirst().orElseThrow();
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(tensors)));
        }
    }
}
