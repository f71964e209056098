package org.sparkmlext.sql;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.sparkmlext.sql.SqlModels.customers;
import static org.sparkmlext.sql.SqlModels.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesRegressionModel;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.neural.CnnClassificationModel;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.testing.Waves;

/** Models of every kind in queries, row by row against {@code transform}. */
class PredictionModelsTest {

    @TempDir
    Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    @Test
    void aPipelineGivesTheLabelsThatItLearntFrom() {
        PipelineModel model = SqlModels.named();
        String path = SqlModels.save(model, SqlModels.namedLayout(), directory.resolve("named"));
        List<Row> expected = model.transform(customers().selectExpr("id", "a", "nullif(job, '?') AS job"))
                .orderBy("id")
                .select(
                        col("id"),
                        org.apache.spark.sql.functions.expr("if(prediction = 1, 'leaves', 'stays')"),
                        functions.vector_to_array(col("probability"), "float64").getItem(1))
                .collectAsList();
        assertThat(expected.toString()).contains("leaves", "stays");
        assertThat(sql(
                                "SELECT id, ml_predict('%s', *), ml_predict_proba('%s', a, job)['leaves'] FROM customers ORDER BY id",
                                path, path)
                        .collectAsList())
                .isEqualTo(expected);
        // A text that has never been seen, none at all, and a whole number for a text: none fails the query, no row is
        // lost.
        for (String rows : List.of("('pilot'), (NULL)", "(7), (8)")) {
            assertThat(sql("SELECT ml_predict('%s', a => 0.5BD, job => j) FROM VALUES %s AS t(j)", path, rows)
                            .collectAsList())
                    .hasSize(2)
                    .allMatch(row -> !row.isNullAt(0));
        }
        assertThat(sql("SELECT job, ml_predict('%s', *) FROM customers WHERE job = '?'", path)
                        .collectAsList())
                .isNotEmpty()
                .allMatch(row -> row.getString(0).equals("?"));
    }

    @Test
    void numbersAndSeveralNumbers() throws IOException {
        BoostedTreesRegressor regressor = new BoostedTreesRegressor()
                .setNumTrees(5)
                .setNumThreads(1)
                .setLabelCol("c")
                .setInputCols(new String[] {"a", "b"});
        BoostedTreesRegressionModel one = regressor.fit(customers());
        String path = SqlModels.save(one, directory.resolve("one"));
        assertThat(sql("SELECT ml_predict('%s', *) FROM customers ORDER BY id", path)
                        .collectAsList())
                .isEqualTo(one.transform(customers())
                        .orderBy("id")
                        .select("prediction")
                        .collectAsList());
        BoostedTreesRegressionModel levels = regressor
                .setObjective("quantile")
                .setQuantileLevels(new double[] {0.1, 0.5, 0.9})
                .setQuantilesCol("levels")
                .fit(customers());
        String several = SqlModels.save(levels, directory.resolve("levels"));
        assertThat(sql("SELECT ml_predict('%s', *) FROM customers ORDER BY id", several)
                        .collectAsList())
                .isEqualTo(levels.transform(customers())
                        .orderBy("id")
                        .select(functions.vector_to_array(col("levels"), "float64"))
                        .collectAsList());
    }

    @Test
    void vectorsAndArraysOfNumbers() throws IOException {
        Dataset<Row> table = BinaryTable.assembled(customers());
        table.createOrReplaceTempView("assembled");
        String path = SqlModels.save(SqlModels.trees().fit(table), directory.resolve("vectors"));
        assertThat(sql(
                                "SELECT count(*) FROM assembled WHERE ml_predict('%s', features) = ml_predict('%s', array(a, b, c))",
                                path, path)
                        .first()
                        .getLong(0))
                .isEqualTo(SqlModels.ROWS);
    }

    @Test
    void images() throws IOException {
        Dataset<Row> images = PatternImages.everyForm(spark(), 120);
        CnnClassificationModel model = new CnnClassifier()
                .setImageCol("image")
                .setNetwork(Network.image(PatternImages.SIZE, PatternImages.SIZE, 1)
                        .conv2d(6, 3, "relu")
                        .maxPool2d(2)
                        .flatten()
                        .dense(12, "relu")
                        .build())
                .setMaxEpochs(3)
                .setBatchSize(16)
                .setNumThreads(1)
                .fit(images);
        String path = SqlModels.save(model, directory.resolve("images"));
        images.createOrReplaceTempView("images");
        List<Row> expected = model.transform(images.select("row", "image"))
                .orderBy("row")
                .select(
                        col("row"),
                        col("prediction"),
                        functions.vector_to_array(col("probability"), "float64").getItem(2))
                .collectAsList();
        assertThat(sql(
                                "SELECT row, ml_predict('%s', *), ml_predict_proba('%s', image)['2'] FROM images ORDER BY row",
                                path, path)
                        .collectAsList())
                .isEqualTo(expected);
        assertThat(sql("SELECT row, ml_predict('%s', image => floats) FROM images ORDER BY row", path)
                        .collectAsList())
                .isEqualTo(model.copy(new org.apache.spark.ml.param.ParamMap().put(model.imageCol(), "floats"))
                        .transform(images)
                        .orderBy("row")
                        .select("row", "prediction")
                        .collectAsList());
        // The whole row is kept where images are compared and filtered, and one that cannot be scored gives null.
        List<Row> kept = sql(
                        "SELECT * FROM (SELECT row, if(row %% 5 = 0, NULL, image) AS image FROM images)"
                                + " WHERE ml_predict('%s', image) IS NULL AND row > 3 ORDER BY row",
                        path)
                .collectAsList();
        assertThat(kept).hasSize(23).allMatch(row -> row.getInt(0) % 5 == 0 && row.isNullAt(1));
    }

    @Test
    void eventsGiveForecasts() throws IOException {
        Dataset<Row> events = Waves.table(spark(), 4, 30, 25, 2);
        LstmRegressionModel model = new LstmRegressor()
                .setEntityCol("entity")
                .setTimeCol("time")
                .setInputCols(new String[] {"a", "b"})
                .setTargetCols(new String[] {"a"})
                .setWindowLength(6)
                .setHorizon(2)
                .setPredictionsCol("next")
                .setNetwork(Network.builder(new SequenceInput(SequenceInput.OPEN, 2, false))
                        .add("lstm", RecurrentLayer.lstm(4))
                        .build())
                .setMaxEpochs(2)
                .setBatchSize(16)
                .setNumThreads(1)
                .fit(events);
        String path = SqlModels.save(model, directory.resolve("events"));
        events.createOrReplaceTempView("events");
        List<Row> expected = model.transform(events)
                .orderBy("entity", "time")
                .select(
                        col("entity"),
                        col("time"),
                        org.apache.spark.sql.functions.when(
                                col("next").isNotNull(), functions.vector_to_array(col("next"), "float64")))
                .collectAsList();
        List<Row> rows = sql("SELECT entity, time, ml_predict('%s', *) FROM events ORDER BY entity, time", path)
                .collectAsList();
        assertThat(rows).isEqualTo(expected).hasSize(120);
        assertThat(rows.stream().filter(row -> row.isNullAt(2))).hasSize(4 * 5);
        assertThat(sql("SELECT * FROM ml_forecast('%s', 'events') ORDER BY entity, step", path)
                        .collectAsList())
                .isEqualTo(model.forecast(events).orderBy("entity", "step").collectAsList())
                .hasSize(4 * 2);
        // Windows are of all rows of the table, whatever else a condition asks.
        assertThat(sql(
                                "SELECT entity, time FROM events WHERE time = 29 AND ml_predict('%s', entity, time, a, b)[1] IS NOT NULL",
                                path)
                        .collectAsList())
                .hasSize(4);
        assertThat(sql("SELECT DISTINCT ml_predict('%s', *) IS NULL FROM events WHERE a IS NULL", path)
                        .collectAsList())
                .isEmpty();
        Map<Long, Boolean> invalid = new java.util.TreeMap<>();
        sql(
                        "SELECT time, ml_predict('%s', entity, time, if(time = 10, NULL, a), b) IS NULL FROM events WHERE entity = 'e0'",
                        path)
                .collectAsList()
                .forEach(row -> invalid.put(row.getLong(0), row.getBoolean(1)));
        assertThat(invalid).hasSize(30).containsEntry(10L, true).containsEntry(29L, false);
    }
}
