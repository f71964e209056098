package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.tree.Forest;

/** Scoring with a forest whose answers are known by head. */
class BoostedTreesScoringTest {

    private static final Double[][] ROWS = {
        {0.5, 3.0}, {1.0, 3.0}, {2.0, 10.0}, {null, 3.0}, {Double.NaN, 20.0}, {5.0, null}, {5.0, Double.NaN}
    };

    private static Dataset<Row> plain() {
        StructType schema = new StructType().add("b", DataTypes.DoubleType).add("a", DataTypes.DoubleType);
        List<Row> rows =
                Arrays.stream(ROWS).map(r -> RowFactory.create(r[1], r[0])).toList();
        return LocalSpark.session().createDataFrame(rows, schema);
    }

    private static Dataset<Row> vectors(Object... vectors) {
        StructType schema = new StructType().add("features", SQLDataTypes.VectorType());
        return LocalSpark.session()
                .createDataFrame(Arrays.stream(vectors).map(RowFactory::create).toList(), schema);
    }

    private static BoostedTreesClassificationModel onColumns() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        model.set(model.inputCols(), new String[] {"a", "b"});
        return model;
    }

    @Test
    void columnsAreTakenByNameWhateverTheirOrder() {
        List<Row> scored = onColumns().transform(plain()).collectAsList();
        assertThat(scored).hasSize(ROWS.length);
        for (int r = 0; r < ROWS.length; r++) {
            double score = HandMadeForest.score(ROWS[r][0], ROWS[r][1]);
            Row row = scored.get(r);
            assertThat(row.<Vector>getAs("rawPrediction").toArray()).containsExactly(-score, score);
            double[] probability = row.<Vector>getAs("probability").toArray();
            assertThat(probability[1]).isEqualTo(1 / (1 + Math.exp(-score)), within(1e-15));
            assertThat(probability[0] + probability[1]).isEqualTo(1.0);
            assertThat(row.<Double>getAs("prediction")).isEqualTo(score > 0 ? 1.0 : 0.0);
        }
    }

    @Test
    void singleRowsScoreAsTransformDoes() {
        BoostedTreesClassificationModel model = onColumns();
        for (Row row : model.transform(plain().na().fill(Double.NaN)).collectAsList()) {
            Vector features = Vectors.dense(orNaN(row.getAs("a")), orNaN(row.getAs("b")));
            assertThat(model.predictRaw(features)).isEqualTo(row.getAs("rawPrediction"));
            assertThat(model.predictProbability(features)).isEqualTo(row.getAs("probability"));
            assertThat(model.predict(features)).isEqualTo(row.<Double>getAs("prediction"));
        }
    }

    private static double orNaN(Double value) {
        return value == null ? Double.NaN : value;
    }

    @Test
    void sparseZerosAreZerosNotMissing() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        Vector sparse = Vectors.sparse(2, new int[] {0}, new double[] {5});
        Vector dense = Vectors.dense(5, 0);
        assertThat(model.predictRaw(sparse)).isEqualTo(model.predictRaw(dense));
        assertThat(model.predictRaw(dense)).isEqualTo(Vectors.dense(-0.75, 0.75));
        List<Row> scored = model.transform(vectors(sparse, dense)).collectAsList();
        assertThat(scored.get(0).<Vector>getAs("rawPrediction"))
                .isEqualTo(scored.get(1).<Vector>getAs("rawPrediction"));
    }

    @Test
    void theForestIsWalkedOnceARow() {
        // Rows that are made at run time: the optimizer would score a local table at once.
        Dataset<Row> rows = LocalSpark.session().range(5).selectExpr("double(id) a", "double(id) b");
        Dataset<Row> scored = onColumns().transform(rows);
        String plan = scored.queryExecution().optimizedPlan().toString();
        assertThat(plan.split("score\\(", -1)).as(plan).hasSize(2);
    }

    @Test
    void columnsWithEmptyNamesAreLeftOut() {
        BoostedTreesClassificationModel model = onColumns();
        model.setProbabilityCol("").setPredictionCol("");
        assertThat(model.transform(plain()).columns()).containsExactly("b", "a", "rawPrediction");
        model.setRawPredictionCol("").setPredictionCol("p");
        assertThat(model.transform(plain()).columns()).containsExactly("b", "a", "p");
        assertThat(model.transform(plain()).schema()).isEqualTo(model.transformSchema(plain().schema()));
        model.setPredictionCol("");
        assertThat(model.transform(plain()).columns()).containsExactly("b", "a");
    }

    @Test
    void thresholdsDecide() {
        BoostedTreesClassificationModel model = onColumns();
        model.setThresholds(new double[] {0.01, 0.99});
        // Probabilities of class 1 are 0.148, 0.679 and 0.963: only the last beats p0 / 0.01 <= p1 / 0.99 nowhere.
        assertThat(model.transform(plain()).collectAsList()).allMatch(r -> r.<Double>getAs("prediction") == 0.0);
        model.setThresholds(new double[] {1.0, 0.1});
        for (Row row : model.transform(plain()).collectAsList()) {
            assertThat(row.<Double>getAs("prediction")).isEqualTo(1.0);
        }
        model.setThresholds(new double[] {0.7, 0.3});
        assertThat(model.transform(plain()).collectAsList().stream().map(r -> r.<Double>getAs("prediction")))
                .containsExactly(0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0);
        assertThat(model.predict(Vectors.dense(0.5, 3))).isEqualTo(0.0);
    }

    @Test
    void thresholdsOfAnotherLengthAreRefused() {
        BoostedTreesClassificationModel model = onColumns();
        model.set(model.thresholds(), new double[] {0.2, 0.3, 0.5});
        assertThatThrownBy(() -> model.transform(plain())).hasMessageContaining("thresholds has 3 values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)"})
    void columnsOfEveryNumericTypeScore(String type) {
        Dataset<Row> typed = plain().where("a is null or not isnan(a)")
                .where("b is not null and not isnan(b)")
                .selectExpr("cast(b as " + type + ") b", "cast(floor(a) as " + type + ") a");
        List<Row> scored = onColumns().transform(typed).collectAsList();
        assertThat(scored).hasSize(4);
        assertThat(scored.stream().map(r -> r.<Vector>getAs("rawPrediction").apply(1)))
                .containsExactly(-1.75, 0.75, 3.25, -1.75);
    }

    @Test
    void booleansAreZeroAndOneAndDecimalsAreNumbers() {
        StructType schema =
                new StructType().add("a", DataTypes.BooleanType).add("b", DataTypes.createDecimalType(20, 6));
        Dataset<Row> data = LocalSpark.session()
                .createDataFrame(
                        List.of(
                                RowFactory.create(true, new BigDecimal("9.999999")),
                                RowFactory.create(true, new BigDecimal("10")),
                                RowFactory.create(false, new BigDecimal("10")),
                                RowFactory.create(null, null)),
                        schema);
        assertThat(onColumns().transform(data).collectAsList().stream()
                        .map(r -> r.<Vector>getAs("rawPrediction").apply(1)))
                .containsExactly(0.75, 3.25, -1.75, -1.75);
    }

    @Test
    void namesWithDotsAndBackticksAreJustNames() {
        BoostedTreesClassificationModel model = HandMadeForest.model("dots", true, "x.a", "y`b");
        model.set(model.inputCols(), new String[] {"x.a", "y`b"});
        Dataset<Row> data = plain().withColumnRenamed("a", "x.a").withColumnRenamed("b", "y`b");
        assertThat(model.transform(data).collectAsList().get(2).<Vector>getAs("rawPrediction"))
                .isEqualTo(Vectors.dense(-3.25, 3.25));
    }

    @Test
    void missingAndWronglyTypedColumnsAreNamed() {
        BoostedTreesClassificationModel model = onColumns();
        assertThatThrownBy(() -> model.transform(plain().drop("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 'a' (inputCols) is missing; the data has: b");
        assertThatThrownBy(() -> model.transform(plain().selectExpr("a", "cast(b as string) b")))
                .hasMessageContaining("column 'b' (inputCols) has type string; allowed: byte");
        assertThatThrownBy(() -> HandMadeForest.model().transform(plain().withColumnRenamed("a", "features")))
                .hasMessageContaining("column 'features' (featuresCol) has type double; allowed: vector");
        assertThatThrownBy(() -> model.transform(
                        plain().withColumnRenamed("b", "prediction").selectExpr("a", "a b", "prediction")))
                .hasMessageContaining("column 'prediction' exists already");
    }

    @Test
    void inputColumnsOtherThanAtTrainingAreRefused() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        model.set(model.inputCols(), new String[] {"b", "a"});
        assertThatThrownBy(() -> model.transform(plain())).hasMessageContaining("this model was trained on [a, b]");
    }

    @Test
    void vectorsOfAnotherLengthAreRefusedWithBothLengths() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        assertThatThrownBy(() -> model.predict(Vectors.dense(1, 2, 3)))
                .hasMessageContaining("length 3")
                .hasMessageContaining("length 2");
        assertThatThrownBy(() -> model.transform(vectors(Vectors.dense(1))).collectAsList())
                .hasStackTraceContaining("holds a vector of length 1; this model was trained on vectors of length 2");
    }

    @Test
    void namedVectorsMustHaveTheNamesOfTraining() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        Dataset<Row> data = plain();
        assertThat(model.transform(assemble(data, "a", "b")).count()).isEqualTo(ROWS.length);
        assertThatThrownBy(() -> model.transform(assemble(data, "b", "a")))
                .hasMessageContaining("has 'b' as entry 0; this model was trained with 'a' there");
        assertThatThrownBy(() -> model.transform(assemble(data, "a", "b", "a")))
                .hasMessageContaining("vectors of length 3; this model was trained on vectors of length 2");
        BoostedTreesClassificationModel nameless = HandMadeForest.model("nameless", false, "features_0", "features_1");
        assertThat(nameless.transform(assemble(data, "b", "a")).count()).isEqualTo(ROWS.length);
    }

    private static Dataset<Row> assemble(Dataset<Row> data, String... columns) {
        return new VectorAssembler()
                .setInputCols(columns)
                .setOutputCol("features")
                .setHandleInvalid("keep")
                .transform(data);
    }

    @Test
    void invalidRowsFailAreKeptOrDropped() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        Object[] rows = {Vectors.dense(0, 0), null, Vectors.dense(Double.POSITIVE_INFINITY, 3), Vectors.dense(5, 3)};
        assertThatThrownBy(() -> model.transform(vectors(rows)).collectAsList())
                .hasStackTraceContaining("column 'features' (featuresCol) holds a null vector");
        assertThatThrownBy(() -> model.transform(vectors(rows[0], rows[2])).collectAsList())
                .hasStackTraceContaining("feature 'a' has the value Infinity");
        model.setHandleInvalid("keep");
        assertThat(scores(model.transform(vectors(rows)))).containsExactly(-1.75, -1.75, 0.75, 0.75);
        model.setHandleInvalid("skip");
        assertThat(scores(model.transform(vectors(rows)))).containsExactly(-1.75, 0.75);
        assertThat(model.transform(vectors(rows)).schema())
                .isEqualTo(model.transformSchema(vectors(rows).schema()));
    }

    private static List<Double> scores(Dataset<Row> scored) {
        return scored.collectAsList().stream()
                .map(r -> r.<Vector>getAs("rawPrediction").apply(1))
                .toList();
    }

    @Test
    void importancesAreByName() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        assertThat(model.featureImportances()).isEqualTo(Vectors.dense(0.75, 0.25));
        assertThat(model.featureImportancesByName(Forest.ImportanceKind.GAIN))
                .containsExactly(
                        org.assertj.core.api.Assertions.entry("a", 0.75),
                        org.assertj.core.api.Assertions.entry("b", 0.25));
        assertThat(model.getNumTrees()).isEqualTo(2);
        assertThat(model.totalNumNodes()).isEqualTo(6);
        assertThat(model.numFeatures()).isEqualTo(2);
        assertThat(model.estimatedSize()).isPositive();
    }

    @Test
    void treesCanBeRead() {
        assertThat(HandMadeForest.model().toDebugString()).contains("""
                        tree 0
                          if a < 1.0 or missing (gain 3.0, cover 9.0)
                            leaf -2.0 (cover 4.0)
                          else
                            if b < 10.0 (gain 1.0, cover 5.0)
                              leaf 0.5 (cover 2.0)
                            else
                              leaf 3.0 (cover 3.0)
                        tree 1
                          leaf 0.25 (cover 9.0)
                        """);
    }

    @Test
    void aModelWithoutTreesSaysSo() {
        assertThatThrownBy(() -> new BoostedTreesClassificationModel("empty").predict(Vectors.dense(1, 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("empty has no trees");
        assertThat(new BoostedTreesClassificationModel().numFeatures()).isEqualTo(-1);
    }

    @Test
    void typesOfTheOutputAreSparks() {
        StructType schema = onColumns().transform(plain()).schema();
        DataType vector = SQLDataTypes.VectorType();
        assertThat(schema.apply("rawPrediction").dataType()).isEqualTo(vector);
        assertThat(schema.apply("probability").dataType()).isEqualTo(vector);
        assertThat(schema.apply("prediction").dataType()).isEqualTo(DataTypes.DoubleType);
    }
}
