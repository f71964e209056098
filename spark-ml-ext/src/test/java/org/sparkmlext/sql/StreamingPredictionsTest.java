package org.sparkmlext.sql;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.window;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.testing.LogLines;

/** Streams of files that ask a model while newer versions of it come and go. */
@Timeout(120)
class StreamingPredictionsTest {
    private static final String ABOVE = "id % 7 > 3";
    private static final String BELOW = "id % 7 < 4";
    private static final String QUERY = "SELECT id, ml_predict('answers', *) AS p FROM arriving";

    @TempDir
    static Path first;

    @TempDir
    Path folder;

    private SqlSession session;
    private LogLines log;

    @BeforeAll
    static void train() {
        createThat(new SqlSession(first), "CREATE", "a, t", ABOVE);
    }

    @BeforeEach
    void open() throws IOException {
        // Every test has a warehouse of its own with the first version.
        FileUtils.copyDirectory(first.toFile(), folder.resolve("models").toFile());
        session = new SqlSession(folder.resolve("models"));
        log = LogLines.withInfo(StreamVersions.class.getName());
        arrive(0, 70);
        arriving().createOrReplaceTempView("arriving");
    }

    @AfterEach
    void close() {
        log.close();
        for (StreamingQuery query : session.spark().streams().active()) {
            try {
                query.stop();
            } catch (TimeoutException late) {
                throw new IllegalStateException(late);
            }
        }
    }

    /** A version of the model {@code answers} that says yes where a condition holds. */
    private static void createThat(SqlSession session, String verb, String columns, String saysYes) {
        session.sql(verb + " MODEL answers USING boosted_trees_classifier OPTIONS (label = answer, num_trees = 3,"
                + " num_threads = 1) AS SELECT " + columns + ", IF(" + saysYes + ", 'yes', 'no') AS answer FROM"
                + " (SELECT id, id % 7 AS a, id % 7 AS d, IF(id % 3 = 0, 'x', 'y') AS t FROM range(210))");
    }

    private void replace(String columns, String saysYes) {
        createThat(session, "CREATE OR REPLACE", columns, saysYes);
    }

    /** Files of rows that come at once. */
    private void arrive(int from, int until) {
        session.spark()
                .range(from, until)
                .selectExpr("id", "id % 7 AS a", "IF(id % 3 = 0, 'x', 'y') AS t", "timestamp_seconds(id) AS at")
                .coalesce(1)
                .write()
                .mode("append")
                .parquet(folder.resolve("rows").toString());
    }

    private Dataset<Row> arriving() {
        return session.spark()
                .readStream()
                .schema("id BIGINT, a BIGINT, t STRING, at TIMESTAMP")
                .parquet(folder.resolve("rows").toString());
    }

    private StreamingQuery start(Dataset<Row> stream, Trigger trigger) throws TimeoutException {
        return stream.writeStream()
                .format("parquet")
                .option("path", folder.resolve("out").toString())
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .trigger(trigger)
                .start();
    }

    private StreamingQuery start(Dataset<Row> stream) throws TimeoutException {
        StreamingQuery query = start(stream, Trigger.ProcessingTime(0));
        query.processAllAvailable();
        return query;
    }

    /** Reads from the checkpoint on what has come, and ends. */
    private void runOnce(Dataset<Row> stream) throws Exception {
        start(stream, Trigger.AvailableNow()).awaitTermination();
    }

    private void arrive(StreamingQuery query, int from, int until) {
        arrive(from, until);
        query.processAllAvailable();
    }

    private List<Row> out(String... columns) {
        return session.spark()
                .read()
                .parquet(folder.resolve("out").toString())
                .selectExpr(columns)
                .orderBy("id")
                .collectAsList();
    }

    /** Every row once, and the answers of rows up to a number by one rule, then by the other. */
    private void answeredAboveUntil(int change, int rows) {
        List<String> expected = IntStream.range(0, rows)
                .mapToObj(id -> id + " " + ((id % 7 > 3) == (id < change) ? "yes" : "no"))
                .toList();
        assertThat(out("id", "p"))
                .extracting(row -> row.getLong(0) + " " + row.getString(1))
                .isEqualTo(expected);
    }

    @Test
    void everyBatchAsksTheNewestVersion() throws Exception {
        StreamingQuery query = start(session.spark()
                .sql(
                        "SELECT id, ml_predict('answers', *) AS p, ml_predict_proba('ANSWERS', a, t)['yes'] AS y FROM arriving"
                                + " WHERE ml_predict('answers', a, t) IS NOT NULL"));
        SqlSession another = new SqlSession(folder.resolve("models"));
        createThat(another, "CREATE OR REPLACE", "a, t", BELOW);
        arrive(query, 70, 140);
        arrive(query, 140, 210);
        answeredAboveUntil(70, 210);
        assertThat(out("id", "p = 'yes'", "y > 0.5")).allMatch(row -> row.getBoolean(1) == row.getBoolean(2));
        assertThat(log.lines())
                .containsExactly(
                        "INFO from batch 0 of stream " + query.id() + " on: model 'answers' is v1",
                        "INFO from batch 1 of stream " + query.id() + " on: model 'answers' is v2, before v1");
    }

    @Test
    void aStreamThatIsStartedAnewGoesOnWithTheNewestVersion() throws Exception {
        Dataset<Row> stream = session.spark().sql(QUERY);
        runOnce(stream);
        replace("a, t", BELOW);
        arrive(70, 140);
        // The query was made when the first version was the newest.
        runOnce(stream);
        answeredAboveUntil(70, 140);
        // As if the process had ended between the rows of a batch and the mark that they are there.
        Files.delete(folder.resolve("checkpoint/commits/1"));
        Files.deleteIfExists(folder.resolve("checkpoint/commits/.1.crc"));
        replace("a, t", ABOVE);
        runOnce(session.spark().sql(QUERY));
        answeredAboveUntil(70, 140);
        arrive(140, 210);
        runOnce(session.spark().sql(QUERY));
        assertThat(out("id")).hasSize(210);
        assertThat(out("id", "p", "id % 7 > 3").subList(140, 210))
                .allMatch(row -> row.getString(1).equals(row.getBoolean(2) ? "yes" : "no"));
    }

    @Test
    void aDroppedModelGoesOnInRunningStreams() throws Exception {
        StreamingQuery query = start(session.spark().sql(QUERY));
        session.sql("DROP MODEL answers");
        arrive(query, 70, 140);
        arrive(query, 140, 210);
        answeredAboveUntil(210, 210);
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1))
                .startsWith("WARN from batch 1 of stream " + query.id()
                        + " on: model 'answers' stays v1: unknown model 'answers'");
        session.refuses("SELECT ml_predict('answers', *) FROM arriving", "unknown model 'answers'");
        createThat(session, "CREATE", "a, t", BELOW);
        arrive(query, 210, 280);
        answeredAboveUntil(210, 280);
    }

    @Test
    void aVersionThatDoesNotFitIsPassedOver() throws Exception {
        StreamingQuery query = start(session.spark().sql(QUERY));
        replace("d", BELOW);
        arrive(query, 70, 140);
        session.sql(
                "CREATE OR REPLACE MODEL answers USING boosted_trees_classifier OPTIONS (label = answer, num_trees = 3)"
                        + " AS SELECT id % 7 AS a, 'x' AS t, INT(id % 2) AS answer FROM range(210)");
        arrive(query, 140, 210);
        replace("t, a", BELOW);
        arrive(query, 210, 280);
        replace("a", ABOVE);
        arrive(query, 280, 350);
        assertThat(out("id")).hasSize(350);
        assertThat(out("id", "p", "id % 7 > 3"))
                .allMatch(row -> row.getString(1)
                        .equals(row.getBoolean(2) == (row.getLong(0) < 210 || row.getLong(0) >= 280) ? "yes" : "no"));
        assertThat(log.lines()).hasSize(5);
        assertThat(log.lines().get(1))
                .startsWith("WARN from batch 1 of")
                .contains(
                        "stays v1: v2 does not fit the query: it reads d (number), and the query gives a (bigint), t (string)");
        assertThat(log.lines().get(2))
                .startsWith("WARN from batch 2 of")
                .contains("stays v1: v3 does not fit the query: it answers by double, and the query has string");
        assertThat(log.lines().get(3)).startsWith("INFO from batch 3 of").endsWith("is v4, before v1");
        assertThat(log.lines().get(4)).startsWith("INFO from batch 4 of").endsWith("is v5, before v4");
    }

    @Test
    void groupsGoOnFromVersionToVersion() throws Exception {
        StreamingQuery query = session.spark()
                .sql("SELECT ml_predict('answers', a, t) AS p, count(*) AS n,"
                        + " sum(IF(ml_predict_proba('answers', a, t)['yes'] > 0.5, 1, 0))"
                        + " AS y FROM arriving GROUP BY ml_predict('answers', a, t)")
                .writeStream()
                .format("memory")
                .queryName("answers_counted")
                .outputMode("complete")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .start();
        query.processAllAvailable();
        String counted = "SELECT p, n, y FROM answers_counted ORDER BY p";
        assertThat(session.sql(counted).toString()).isEqualTo("[[no,40,0], [yes,30,30]]");
        replace("a, t", BELOW);
        arrive(query, 70, 140);
        assertThat(session.sql(counted).toString()).isEqualTo("[[no,70,0], [yes,70,70]]");
    }

    @Test
    void windowsBehindAWatermarkAreGivenOnce() throws Exception {
        StreamingQuery query = start(arriving()
                .withWatermark("at", "0 seconds")
                .groupBy(
                        window(col("at"), "7 seconds"),
                        expr("ml_predict('answers', a, t)").as("p"))
                .count()
                .selectExpr("CAST(unix_timestamp(window.start) AS INT) AS id", "p", "count"));
        replace("a, t", BELOW);
        arrive(query, 70, 140);
        // Of every 7 rows 3 are above, 4 below.
        assertThat(out("id", "p", "count", "id < 70"))
                .hasSize(38)
                .allMatch(row -> row.getLong(2) == (row.getString(1).equals("yes") == row.getBoolean(3) ? 3 : 4));
    }

    @Test
    void tablesBesideAStreamKeepTheVersionOfTheQuery() throws Exception {
        StreamingQuery query = start(session.spark()
                .sql(
                        "SELECT s.id, r.p FROM arriving s JOIN (SELECT id AS a, ml_predict('answers', id, 'x') AS p FROM range(7)) r"
                                + " ON s.a = r.a"));
        replace("a, t", BELOW);
        arrive(query, 70, 140);
        answeredAboveUntil(140, 140);
    }

    @Test
    void sourcesOfTheNewerInterfaceToo() throws Exception {
        Dataset<Row> stream = session.spark()
                .readStream()
                .format("rate-micro-batch")
                .option("rowsPerBatch", 70)
                .load()
                .selectExpr("value AS id", "ml_predict('answers', a => value % 7, t => 'x') AS p");
        runOnce(stream);
        replace("a, t", BELOW);
        runOnce(stream);
        answeredAboveUntil(70, 140);
    }

    @Test
    void continuousProcessingKeepsTheVersionOfItsBeginning() throws Exception {
        StreamingQuery query = session.spark()
                .readStream()
                .format("rate")
                .option("rowsPerSecond", 50)
                .option("numPartitions", 1)
                .load()
                .selectExpr("value AS id", "ml_predict('answers', a => value % 7, t => 'x') AS p")
                .writeStream()
                .format("memory")
                .queryName("answered_continuously")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .trigger(Trigger.Continuous("1 second"))
                .start();
        while (session.sql("SELECT * FROM answered_continuously").isEmpty()) {
            Thread.sleep(50);
        }
        query.stop();
        assertThat(session.sql("SELECT id FROM answered_continuously WHERE (p = 'yes') <> (id % 7 > 3)"))
                .isEmpty();
        assertThat(log.lines()).containsExactly("INFO from stream " + query.id() + " on: model 'answers' is v1");
    }

    @Test
    void aBadCallIsRefusedBeforeTheStreamBegins() {
        session.refuses("SELECT ml_predict('answers', a) FROM arriving", "column 't' is missing", "a (bigint)");
        session.refuses("SELECT transform(array(1), x -> ml_predict('answers', x, 'y')) FROM arriving", "explode");
        assertThatThrownBy(() -> session.sql(QUERY)).hasMessageContaining("writeStream");
    }

    @Test
    void transformKeepsItsModelAndGoesOnFromACheckpoint() throws Exception {
        String path = folder.resolve("plain").toString();
        fit(ABOVE).save(path);
        Dataset<Row> stream = BoostedTreesClassificationModel.load(path).transform(arriving());
        StreamingQuery query = start(answers(stream));
        fit(BELOW).write().overwrite().save(path);
        arrive(query, 70, 140);
        query.stop();
        arrive(140, 210);
        runOnce(answers(BoostedTreesClassificationModel.load(path).transform(arriving())));
        answeredAboveUntil(140, 210);
    }

    private static Dataset<Row> answers(Dataset<Row> scored) {
        return scored.selectExpr("id", "IF(prediction = 1, 'yes', 'no') AS p");
    }

    private BoostedTreesClassificationModel fit(String saysYes) {
        return new BoostedTreesClassifier()
                .setInputCols(new String[] {"a"})
                .setNumTrees(3)
                .setNumThreads(1)
                .fit(session.spark().range(210).selectExpr("id % 7 AS a", "DOUBLE(" + saysYes + ") AS label"));
    }
}
