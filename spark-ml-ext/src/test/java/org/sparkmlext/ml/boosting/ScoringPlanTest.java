package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestNodes;

/** What Spark may do with scoring columns: leave them out, move filters below them, stream, run without generated code. */
class ScoringPlanTest {

    @TempDir
    Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    private Dataset<Row> stored() {
        String path = directory.resolve("rows").toString();
        spark().range(0, 40, 1, 2)
                .selectExpr(
                        "if(id % 7 = 0, null, cast(id % 5 as float)) a",
                        "cast(id % 13 as double) b", "id c", "cast(id as string) d")
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(path);
        return spark().read().parquet(path);
    }

    private static BoostedTreesClassificationModel onColumns() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        model.set(model.inputCols(), new String[] {"a", "b"});
        return model;
    }

    private static String plan(Dataset<Row> data) {
        return data.queryExecution().executedPlan().toString();
    }

    @Test
    void onlyColumnsThatAreAskedForAreReadAndComputed() {
        Dataset<Row> scored = onColumns().transform(stored());
        String other = plan(scored.select("c"));
        assertThat(other).contains("ReadSchema: struct<c:bigint>").doesNotContain("score(");
        String prediction = plan(scored.select("prediction"));
        assertThat(prediction)
                .contains("ReadSchema: struct<a:float,b:double>")
                .contains("score(")
                .doesNotContain("probability(");
    }

    @Test
    void filtersOnOtherColumnsMoveBelow() {
        Dataset<Row> filtered = onColumns().transform(stored()).where("c > 30");
        assertThat(plan(filtered)).contains("GreaterThan(c,30)");
        assertThat(filtered.count()).isEqualTo(9);
    }

    @Test
    void interpretedAndGeneratedCodeAgree() {
        BoostedTreesClassificationModel model = onColumns();
        model.setLeafCol("leaf");
        Dataset<Row> data = stored();
        List<Row> generated = model.transform(data).orderBy("c").collectAsList();
        assertThat(plan(model.transform(data))).contains("*(1)");
        try {
            spark().conf().set("spark.sql.codegen.wholeStage", "false");
            spark().conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
            assertThat(model.transform(data).orderBy("c").collectAsList()).isEqualTo(generated);
        } finally {
            spark().conf().unset("spark.sql.codegen.wholeStage");
            spark().conf().unset("spark.sql.codegen.factoryMode");
        }
        for (Row row : generated) {
            double score = HandMadeForest.score(
                    row.isNullAt(0) ? null : (double) row.getFloat(0), row.isNullAt(1) ? null : row.getDouble(1));
            assertThat(row.<Vector>getAs("rawPrediction").apply(1)).isEqualTo(score);
            assertThat(row.<Vector>getAs("leaf")).isEqualTo(leaf(score));
        }
    }

    private static Vector leaf(double score) {
        double first = score < 0 ? 0 : score < 1 ? 1 : 2;
        return Vectors.dense(first, 0);
    }

    @Test
    void leafColIsInTheSchemaOnlyIfItHasAName() {
        BoostedTreesClassificationModel model = onColumns();
        assertThat(model.transformSchema(stored().schema()).fieldNames()).doesNotContain("leaf");
        model.setLeafCol("leaf");
        assertThat(model.transform(stored()).schema()).isEqualTo(model.transformSchema(stored().schema()));
        model.setRawPredictionCol("").setProbabilityCol("").setPredictionCol("");
        assertThat(model.transform(stored()).columns()).containsExactly("a", "b", "c", "d", "leaf");
    }

    @Test
    void scoredRowsAreStoredAndReadBack() {
        Dataset<Row> scored = onColumns().transform(stored());
        String path = directory.resolve("scored").toString();
        scored.write().parquet(path);
        assertThat(spark().read().parquet(path).orderBy("c").collectAsList())
                .isEqualTo(scored.orderBy("c").collectAsList());
    }

    @Test
    void cachedUnitedAndJoinedFramesScore() {
        Dataset<Row> scored = onColumns().transform(stored()).persist();
        List<Row> rows = scored.orderBy("c").collectAsList();
        assertThat(scored.union(scored).count()).isEqualTo(80);
        assertThat(scored.as("x")
                        .join(scored.as("y"), "c")
                        .where("x.prediction = y.prediction")
                        .count())
                .isEqualTo(40);
        scored.unpersist();
        assertThat(scored.orderBy("c").collectAsList()).isEqualTo(rows);
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void aStreamIsScored() throws Exception {
        Dataset<Row> data = stored();
        List<Row> wanted = onColumns().transform(data).orderBy("c").collectAsList();
        Dataset<Row> stream = spark().readStream()
                .schema(data.schema())
                .parquet(directory.resolve("rows").toString());
        StreamingQuery query = onColumns()
                .transform(stream)
                .writeStream()
                .format("memory")
                .queryName("scored_stream")
                .trigger(Trigger.AvailableNow())
                .start();
        query.awaitTermination();
        assertThat(spark().table("scored_stream").orderBy("c").collectAsList()).isEqualTo(wanted);
    }

    /** Too many columns for one generated method, and for Spark's limit of fields in a stage. */
    @Test
    void wideTablesScore() {
        int width = 700;
        List<String> names = IntStream.range(0, width).mapToObj(f -> "f" + f).toList();
        Forest forest = new Forest(
                names,
                "logistic",
                new float[1],
                new ForestNodes(
                        new int[] {0, 3},
                        new int[] {width - 1, -1, -1},
                        new float[] {2, 0, 0},
                        new byte[3],
                        new int[] {1, -1, -1},
                        new int[] {2, -1, -1},
                        new float[] {0, -1, 1},
                        new float[3],
                        new float[3]));
        BoostedTreesClassificationModel model = HandMadeForest.model("wide", true, forest);
        model.set(model.inputCols(), names.toArray(String[]::new));
        List<String> columns = new ArrayList<>(List.of("id"));
        names.forEach(name -> columns.add("cast(id as "
                + (name.equals("f0") ? "double" : name.equals("f1") ? "boolean" : "float") + ") " + name));
        List<Row> rows = model.transform(spark().range(4).selectExpr(columns.toArray(String[]::new)))
                .select("id", "prediction")
                .orderBy("id")
                .collectAsList();
        assertThat(rows.stream().map(row -> row.getDouble(1))).containsExactly(0.0, 0.0, 1.0, 1.0);
    }

    @Test
    void threeClassesScore() {
        BoostedTreesClassificationModel model = HandMadeForest.model("three", true, HandMadeForest.ofThreeClasses("x"));
        model.set(model.inputCols(), new String[] {"x"});
        assertThat(model.numClasses()).isEqualTo(3);
        Dataset<Row> data = spark().sql("select * from values (0.5d), (1.5d), (null) as t(x)");
        List<Row> rows = model.transform(data).collectAsList();
        assertThat(rows.stream().map(row -> row.<Vector>getAs("rawPrediction")))
                .containsExactly(Vectors.dense(3, 0, 1), Vectors.dense(0, 2, 1), Vectors.dense(0, 2, 1));
        double[] share = rows.get(0).<Vector>getAs("probability").toArray();
        double sum = Math.exp(3) + 1 + Math.exp(1);
        assertThat(share[0]).isCloseTo(Math.exp(3) / sum, org.assertj.core.api.Assertions.within(1e-15));
        assertThat(rows.stream().map(row -> row.<Double>getAs("prediction"))).containsExactly(0.0, 1.0, 1.0);
        assertThat(model.transform(data).schema()).isEqualTo(model.transformSchema(data.schema()));
        model.setThresholds(new double[] {1, 1, 0.1});
        assertThat(model.transform(data).collectAsList().stream().map(row -> row.<Double>getAs("prediction")))
                .containsExactly(2.0, 2.0, 2.0);
        assertThatThrownBy(() -> model.setThresholds(new double[] {1, 1})).isInstanceOf(IllegalArgumentException.class);
        assertThat(model.toDebugString()).contains("objective softmax", "base scores 0.0 0.0 1.0", "tree 2 (output 2)");
        assertThat(model.predict(Vectors.dense(0.5))).isEqualTo(2.0);
    }
}
