package org.sparkmlext.sql;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.sql.SqlModels.ROWS;
import static org.sparkmlext.sql.SqlModels.customers;
import static org.sparkmlext.sql.SqlModels.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;

/** Where a query may ask a model, each place against what {@code transform} gives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PredictionPlacesTest {

    @TempDir
    static Path directory;

    private String model;

    @BeforeAll
    void fit() throws IOException {
        BoostedTreesClassificationModel churn = SqlModels.churn();
        model = SqlModels.save(churn, directory.resolve("churn"));
        withLikelihood(churn.transform(customers())).createOrReplaceTempView("transformed");
    }

    /** The probability of class 1 as {@code p1}. */
    private static Dataset<Row> withLikelihood(Dataset<Row> transformed) {
        return transformed.withColumn(
                "p1", functions.vector_to_array(col("probability"), "float64").getItem(1));
    }

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    /** The query of predictions gives what the one of transformed rows does. */
    private void same(String query, String transformed) {
        List<Row> expected = sql(transformed).collectAsList();
        assertThat(expected).isNotEmpty();
        assertThat(sql(query.replace("MODEL", "'" + model + "'")).collectAsList())
                .isEqualTo(expected);
    }

    @Test
    void columns() {
        same(
                "SELECT id, ml_predict(MODEL, *) AS p, job FROM customers ORDER BY id",
                "SELECT id, prediction AS p, job FROM transformed ORDER BY id");
        same(
                "SELECT id, ml_predict(MODEL, c, b, a) + 1 AS p FROM customers ORDER BY id",
                "SELECT id, prediction + 1 AS p FROM transformed ORDER BY id");
        same(
                "SELECT ml_predict(MODEL, a, b, c) FROM customers ORDER BY id",
                "SELECT prediction FROM transformed ORDER BY id");
    }

    @Test
    void probabilitiesAreThoseOfTransform() {
        List<Row> expected =
                sql("SELECT probability FROM transformed ORDER BY id").collectAsList();
        List<Row> rows = sql(
                        "SELECT ml_predict_proba('%s', *) AS p, ml_predict('%s', *) AS l FROM customers ORDER BY id",
                        model, model)
                .collectAsList();
        assertThat(rows).hasSize(ROWS);
        for (int i = 0; i < rows.size(); i++) {
            Vector probability = expected.get(i).getAs(0);
            assertThat(rows.get(i).getJavaMap(0).toString())
                    .isEqualTo("{0=" + probability.apply(0) + ", 1=" + probability.apply(1) + "}");
        }
    }

    @Test
    void bothFunctionsOnTheSameColumnsAreOnePassOfTheModel() {
        String plan = sql(
                        "SELECT ml_predict('%s', *), ml_predict_proba('%s', c, b, a)['1'], ml_predict('%s', *) > 0 FROM customers",
                        model, model, model)
                .queryExecution()
                .analyzed()
                .toString();
        assertThat(plan.split("score\\(", -1)).as(plan).hasSize(2);
    }

    @Test
    void filtersAndOrders() {
        same(
                "SELECT * FROM customers WHERE ml_predict(MODEL, a, b, c) = 1 AND b > 3 ORDER BY id",
                "SELECT id, a, b, c, label, job FROM transformed WHERE prediction = 1 AND b > 3 ORDER BY id");
        same(
                "SELECT id FROM customers ORDER BY ml_predict_proba(MODEL, a, b, c)['1'] DESC, id LIMIT 20",
                "SELECT id FROM transformed ORDER BY p1 DESC, id LIMIT 20");
        same(
                "SELECT id, ml_predict(MODEL, *) AS p FROM customers WHERE b < 9 ORDER BY p, a, id",
                "SELECT id, prediction AS p FROM transformed WHERE b < 9 ORDER BY p, a, id");
    }

    @Test
    void conditionsThatAskNoModelAreTestedFirst() {
        String plan = sql("SELECT id FROM customers WHERE ml_predict('%s', a, b, c) = 1 AND b > 3", model)
                .queryExecution()
                .analyzed()
                .toString();
        assertThat(plan.indexOf("score(")).isLessThan(plan.indexOf("(b#"));
    }

    @Test
    void groups() {
        same(
                "SELECT ml_predict(MODEL, a, b, c) AS p, count(*) AS n FROM customers GROUP BY ml_predict(MODEL, a, b, c) ORDER BY p",
                "SELECT prediction AS p, count(*) AS n FROM transformed GROUP BY prediction ORDER BY p");
        same(
                "SELECT b, avg(ml_predict(MODEL, a, b, c)) AS m, count(*) FILTER (WHERE ml_predict(MODEL, a, b, c) = label) AS n"
                        + " FROM customers GROUP BY b HAVING max(ml_predict(MODEL, a, b, c)) = 1 ORDER BY b",
                "SELECT b, avg(prediction) AS m, count(*) FILTER (WHERE prediction = label) AS n FROM transformed GROUP BY b"
                        + " HAVING max(prediction) = 1 ORDER BY b");
    }

    @Test
    void groupsAreAskedOfToo() {
        Dataset<Row> groups = sql("SELECT b, avg(a) AS a, max(c) AS c FROM customers GROUP BY b");
        BoostedTreesClassificationModel.load(model).transform(groups).createOrReplaceTempView("transformed_groups");
        same(
                "SELECT b + 1 AS next, ml_predict(MODEL, avg(a), b, max(c)) AS p, count(*) > 0 AS n FROM customers GROUP BY b"
                        + " HAVING ml_predict(MODEL, a => avg(a), c => max(c), b => b) = 1 ORDER BY next",
                "SELECT b + 1 AS next, prediction AS p, true AS n FROM transformed_groups WHERE prediction = 1 ORDER BY next");
        assertThatThrownBy(() -> sql("SELECT ml_predict('%s', a, b, c) FROM customers GROUP BY b", model))
                .hasMessageContaining("GROUP BY");
    }

    @Test
    void windows() {
        same(
                "SELECT id, avg(ml_predict(MODEL, a, b, c)) OVER (PARTITION BY ml_predict(MODEL, a, b, c), job ORDER BY id) AS m,"
                        + " ml_predict(MODEL, a, b, c => CAST(row_number() OVER (ORDER BY id) AS FLOAT) * 0 + c) AS p"
                        + " FROM customers ORDER BY id",
                "SELECT id, avg(prediction) OVER (PARTITION BY prediction, job ORDER BY id) AS m, prediction AS p FROM transformed"
                        + " ORDER BY id");
    }

    @Test
    void joins() {
        same(
                "SELECT x.id, y.id AS other FROM customers x LEFT JOIN customers y"
                        + " ON x.id = y.id AND ml_predict(MODEL, x.a, x.b, x.c) = 1 AND ml_predict(MODEL, y.a, y.b, y.c) = y.label"
                        + " ORDER BY x.id",
                "SELECT x.id, y.id AS other FROM transformed x LEFT JOIN transformed y"
                        + " ON x.id = y.id AND x.prediction = 1 AND y.prediction = y.label ORDER BY x.id");
        same(
                "SELECT x.p, count(*) AS n FROM (SELECT id, ml_predict(MODEL, *) AS p FROM customers) x JOIN"
                        + " (SELECT id, ml_predict(MODEL, *) AS p FROM customers) y ON x.p = y.p AND x.id < y.id GROUP BY x.p ORDER BY x.p",
                "SELECT x.prediction AS p, count(*) AS n FROM transformed x JOIN transformed y"
                        + " ON x.prediction = y.prediction AND x.id < y.id GROUP BY x.prediction ORDER BY p");
        assertThatThrownBy(() ->
                        sql("SELECT 1 FROM customers x JOIN customers y ON ml_predict('%s', x.a, y.b, y.c) = 1", model))
                .hasMessageContaining("both sides")
                .hasMessageContaining("subquery");
    }

    @Test
    void subqueriesAndNamedQueries() {
        same(
                "WITH scored AS (SELECT id, ml_predict(MODEL, *) AS p FROM customers) SELECT s.id FROM scored s JOIN scored t"
                        + " ON s.id = t.id WHERE s.p = 1 AND t.p = 1 ORDER BY s.id",
                "SELECT id FROM transformed WHERE prediction = 1 ORDER BY id");
        same(
                "SELECT id, (SELECT sum(ml_predict(MODEL, a, b, c)) FROM customers) AS n FROM customers WHERE id IN"
                        + " (SELECT id FROM customers WHERE ml_predict(MODEL, a, b, c) = 0) ORDER BY id",
                "SELECT id, (SELECT sum(prediction) FROM transformed) AS n FROM transformed WHERE prediction = 0 ORDER BY id");
        same(
                "SELECT id FROM customers x WHERE EXISTS (SELECT 1 FROM customers y WHERE y.id = x.id AND ml_predict(MODEL, y.a, y.b, y.c) = 1)"
                        + " ORDER BY id",
                "SELECT id FROM transformed WHERE prediction = 1 ORDER BY id");
        assertThatThrownBy(() -> sql(
                        "SELECT (SELECT max(ml_predict('%s', x.a, y.b, y.c)) FROM customers y WHERE y.id = x.id) FROM customers x",
                        model))
                .hasMessageContaining("query around this one");
    }

    @Test
    void onePredictionMayFeedAnother() {
        same(
                "SELECT id, ml_predict(MODEL, a, b, CAST(ml_predict(MODEL, *) * 0 AS FLOAT) + c) AS p FROM customers ORDER BY id",
                "SELECT id, prediction AS p FROM transformed ORDER BY id");
    }

    @Test
    void expressionsByNameAndPlace() {
        same(
                "SELECT id, ml_predict(MODEL, a => a, c => c, b => b) AS p, ml_predict(MODEL, a + 0, b, c) AS q,"
                        + " ml_predict(MODEL, struct(c, b, a AS A)) AS r, ml_predict(MODEL, cast(a AS float), b, c) IS NULL AS s FROM customers"
                        + " ORDER BY id",
                "SELECT id, prediction AS p, prediction AS q, prediction AS r, false AS s FROM transformed ORDER BY id");
    }

    @Test
    void tablesAndViews() {
        String stored = "stored_" + System.nanoTime();
        try {
            sql("CREATE TABLE %s USING parquet AS SELECT id, ml_predict('%s', *) AS p FROM customers", stored, model);
            sql("INSERT INTO %s SELECT id + 1000, ml_predict('%s', a, b, c) FROM customers", stored, model);
            same(
                    "SELECT * FROM " + stored + " ORDER BY id",
                    "SELECT id, prediction AS p FROM transformed UNION ALL SELECT id + 1000, prediction FROM transformed ORDER BY id");
            sql("CREATE TABLE %s_rows USING parquet AS SELECT * FROM customers", stored);
            sql("CREATE VIEW %s_view AS SELECT id, ml_predict('%s', *) AS p FROM %s_rows", stored, model, stored);
            same(
                    "SELECT * FROM " + stored + "_view ORDER BY id",
                    "SELECT id, prediction AS p FROM transformed ORDER BY id");
            sql(
                    "CREATE OR REPLACE TEMPORARY VIEW predicted AS SELECT id, ml_predict('%s', *) AS p FROM customers",
                    model);
            same("SELECT * FROM predicted ORDER BY id", "SELECT id, prediction AS p FROM transformed ORDER BY id");
        } finally {
            sql("DROP VIEW IF EXISTS %s_view", stored);
            sql("DROP TABLE IF EXISTS %s_rows", stored);
            sql("DROP TABLE IF EXISTS %s", stored);
        }
    }

    @Test
    void aViewTakesUpANewModel() throws IOException {
        Path changing = directory.resolve("changing");
        SqlModels.save(SqlModels.churn(), changing);
        sql(
                "CREATE OR REPLACE TEMPORARY VIEW changing AS SELECT id, ml_predict_proba('%s', *)['1'] AS p FROM customers",
                changing);
        List<Row> before = sql("SELECT * FROM changing ORDER BY id").collectAsList();
        assertThat(sql("SELECT * FROM changing ORDER BY id").collectAsList()).isEqualTo(before);
        BoostedTreesClassificationModel other = SqlModels.trees()
                .setNumTrees(2)
                .setInputCols(BinaryTable.FEATURES)
                .fit(customers());
        SqlModels.save(other, changing);
        List<Row> after = sql("SELECT * FROM changing ORDER BY id").collectAsList();
        List<Row> expected = withLikelihood(other.transform(customers()))
                .orderBy("id")
                .selectExpr("id", "p1 AS p")
                .collectAsList();
        assertThat(after).isEqualTo(expected).isNotEqualTo(before);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aStream() throws Exception {
        Path rows = directory.resolve("rows");
        customers().write().mode(SaveMode.Overwrite).parquet(rows.toString());
        Dataset<Row> stream = spark().readStream().schema(customers().schema()).parquet(rows.toString());
        stream.createOrReplaceTempView("arriving");
        String out = directory.resolve("streamed").toString();
        StreamingQuery query = sql(
                        "SELECT id, ml_predict('%s', *) AS p FROM arriving WHERE ml_predict_proba('%s', a, b, c)['1'] > 0.2",
                        model, model)
                .writeStream()
                .format("parquet")
                .option("path", out)
                .option("checkpointLocation", directory.resolve("checkpoint").toString())
                .trigger(Trigger.AvailableNow())
                .start();
        query.awaitTermination();
        spark().read().parquet(out).createOrReplaceTempView("streamed");
        same(
                "SELECT * FROM streamed ORDER BY id",
                "SELECT id, prediction AS p FROM transformed WHERE p1 > 0.2 ORDER BY id");
    }

    @Test
    void aNameMeansItsNewestVersion() {
        SqlSession session = new SqlSession(directory.resolve("warehouse"));
        String rows =
                "SELECT id % 7 AS a, IF(id % 3 = 0, 'x', 'y') AS t, IF(id % 7 > 3, 'yes', 'no') AS answer FROM range(210)";
        String create =
                "MODEL Answers USING boosted_trees_classifier OPTIONS (label = answer, num_trees = 3, num_threads = 1) AS ";
        session.sql("CREATE " + create + rows);
        session.sql(
                "CREATE TEMPORARY VIEW answered AS SELECT id, ml_predict('answers', id % 7, 'x') AS p FROM range(7)");
        String query = "SELECT concat_ws(' ', array_agg(p)) FROM (SELECT * FROM answered ORDER BY id)";
        assertThat(session.one(query).getString(0)).isEqualTo("no no no no yes yes yes");
        assertThat(session.one("SELECT count(*) FROM (" + rows + ") WHERE ml_predict('ANSWERS', *) = answer")
                        .getLong(0))
                .isEqualTo(210);
        session.sql("CREATE OR REPLACE " + create + rows.replace("> 3", "< 4"));
        assertThat(session.one(query).getString(0)).isEqualTo("yes yes yes yes no no no");
        session.refuses("SELECT ml_predict('answer', *) FROM answered", "did you mean 'answers'?");
        session.refuses("SELECT ml_predict('an.swers', *) FROM answered", "an.swers");
    }

    @Test
    void dataFrames() {
        List<Row> expected =
                sql("SELECT prediction FROM transformed ORDER BY id").collectAsList();
        assertThat(customers()
                        .orderBy("id")
                        .select(expr("ml_predict('" + model + "', a, b, c)"))
                        .collectAsList())
                .isEqualTo(expected);
    }

    @Test
    void functionsAreDescribed() {
        assertThat(sql("DESCRIBE FUNCTION EXTENDED ml_predict").collectAsList().toString())
                .contains("ml_predict(model, columns...)", "newest version", "ModelCall");
        assertThat(sql("DESCRIBE FUNCTION ml_predict_proba").collectAsList().toString())
                .contains("probability of each label");
    }

    @Test
    void columnsThatNobodyReadsAreNotCarried() {
        String plan = sql("SELECT ml_predict('%s', *) AS p FROM customers", model)
                .queryExecution()
                .analyzed()
                .toString();
        assertThat(plan).doesNotContain("_carried_");
    }

    @Test
    void queriesThatAreAnalyzedAnewShareWhatTheModelBroadcasts() {
        String query = "SELECT id, ml_predict('%s', *) AS p FROM customers".formatted(model);
        String canonical =
                sql(query).queryExecution().analyzed().canonicalized().toString();
        assertThat(sql(query).queryExecution().analyzed().canonicalized().toString())
                .isEqualTo(canonical);
        Dataset<Row> kept = sql(query).cache();
        try {
            assertThat(sql(query).queryExecution().executedPlan().toString()).contains("InMemoryTableScan");
        } finally {
            kept.unpersist();
        }
    }
}
