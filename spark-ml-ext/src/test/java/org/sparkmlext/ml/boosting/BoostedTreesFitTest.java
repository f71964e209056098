package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;
import org.sparkmlext.tree.Forest;

/** Fits through Spark: what decides the model, what does not, and what is refused. */
class BoostedTreesFitTest {

    private static Dataset<Row> table;

    @BeforeAll
    static void makeTable() {
        table = BinaryTable.withVector(LocalSpark.session(), 400, 3).cache();
    }

    private static BoostedTreesClassifier small() {
        return new BoostedTreesClassifier().setNumTrees(5).setMaxLeaves(6).setLearningRate(0.3);
    }

    private static BoostedTreesClassifier onColumns() {
        return small().setInputCols(BinaryTable.FEATURES);
    }

    private static byte[] bytes(BoostedTreesClassificationModel model) {
        return model.fittedForest().encoded().bytes();
    }

    @Test
    void modelLearns() {
        BoostedTreesClassificationModel model = onColumns().setNumTrees(20).fit(table);
        Dataset<Row> test = BinaryTable.plain(LocalSpark.session(), 1000, 99);
        double auc = new BinaryClassificationEvaluator().evaluate(model.transform(test));
        double best = new BinaryClassificationEvaluator()
                .setRawPredictionCol("truth")
                .evaluate(test.withColumn(
                        "truth", functions.expr("coalesce(2 * a + 2 * (c - 0.5) * a, 1.5) + if(b > 9, 1, -1)")));
        // The labels are drawn from these log-odds, so nothing can rank better.
        assertThat(auc).isBetween(best - 0.04, best);
        assertThat(model.getNumTrees()).isEqualTo(20);
        assertThat(model.featureImportances().apply(0))
                .isGreaterThan(model.featureImportances().apply(2));
        assertThat(model.featureImportancesByName(Forest.ImportanceKind.SPLIT).keySet())
                .containsExactlyInAnyOrder(BinaryTable.FEATURES);
    }

    @Test
    void vectorAndColumnsGiveTheSameModel() {
        assertThat(bytes(small().fit(table))).isEqualTo(bytes(onColumns().fit(table)));
    }

    @Test
    void sparseAndDenseGiveTheSameModel() {
        UDF1<Vector, Vector> toSparse = Vector::toSparse;
        Dataset<Row> sparse = table.withColumn(
                "features",
                functions
                        .udf(toSparse, SQLDataTypes.VectorType())
                        .apply(functions.col("features"))
                        .as("features", table.schema().apply("features").metadata()));
        assertThat(bytes(small().fit(sparse))).isEqualTo(bytes(small().fit(table)));
    }

    @Test
    void partitioningOrderAndWorkersDoNotMatter() {
        byte[] expected = bytes(onColumns().setNumWorkers(1).fit(table));
        assertThat(bytes(onColumns().setNumWorkers(2).fit(table))).isEqualTo(expected);
        assertThat(bytes(onColumns().fit(table.repartition(7).orderBy(functions.rand(5)))))
                .isEqualTo(expected);
    }

    @Test
    void whereShardsAreHeldDoesNotMatter() {
        byte[] expected = bytes(onColumns().setShardStorage("memory").fit(table));
        assertThat(bytes(onColumns().setShardStorage("disk").fit(table))).isEqualTo(expected);
        assertThat(bytes(small().setShardStorage("disk").setNumWorkers(3).fit(table.repartition(5))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tinyint", "smallint", "bigint", "float", "double", "decimal(9,3)"})
    void columnsOfEveryNumericTypeTrainTheSame(String type) {
        Dataset<Row> typed = table.withColumn("b", functions.col("b").cast(type));
        assertThat(bytes(onColumns().fit(typed))).isEqualTo(bytes(onColumns().fit(table)));
    }

    @Test
    void booleanColumnsTrainAsZeroAndOne() {
        Dataset<Row> data = table.withColumn("b", functions.expr("b > 9"));
        Dataset<Row> asNumber = data.withColumn("b", functions.expr("cast(b as int)"));
        BoostedTreesClassificationModel model = onColumns().fit(data);
        assertThat(bytes(model)).isEqualTo(bytes(onColumns().fit(asNumber)));
        assertThat(model.featureImportances().apply(1)).isPositive();
    }

    @Test
    void nullAndNaNAreTheSameMissingValue() {
        Dataset<Row> filled = table.withColumn("a", functions.expr("coalesce(a, double('NaN'))"));
        BoostedTreesClassificationModel model = onColumns().fit(table);
        assertThat(bytes(onColumns().fit(filled))).isEqualTo(bytes(model));
        List<Row> fromNull =
                model.transform(table.where("a is null")).select("probability").collectAsList();
        assertThat(fromNull).isNotEmpty();
        assertThat(model.transform(filled.where("isnan(a)"))
                        .select("probability")
                        .collectAsList())
                .isEqualTo(fromNull);
    }

    @Test
    void reorderedColumnsScoreTheSame() {
        BoostedTreesClassificationModel model = onColumns().fit(table);
        List<Row> expected = model.transform(table.select("a", "b", "c"))
                .select("probability")
                .collectAsList();
        assertThat(model.transform(table.select("c", "label", "b", "a"))
                        .select("probability")
                        .collectAsList())
                .isEqualTo(expected);
    }

    @Test
    void singleRowsScoreAsTransformDoes() {
        BoostedTreesClassificationModel model = small().fit(table);
        for (Row row : model.transform(table).limit(50).collectAsList()) {
            Vector features = row.getAs("features");
            assertThat(model.predictProbability(features)).isEqualTo(row.getAs("probability"));
            assertThat(model.predict(features)).isEqualTo(row.<Double>getAs("prediction"));
        }
    }

    @Test
    void weightsAndSettingsReachTheTrainer() {
        byte[] plain = bytes(onColumns().fit(table));
        assertThat(bytes(onColumns().setWeightCol("weight").fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setLambdaL2(20).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setLambdaL1(2).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setMaxBins(4).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setMinDataInLeaf(60).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setMinChildWeight(20).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setMinSplitGain(5).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setSubsamplingRate(0.5).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setColsampleByTree(0.4).fit(table))).isNotEqualTo(plain);
        assertThat(bytes(onColumns().setGrowPolicy("depthwise").setMaxDepth(2).fit(table)))
                .isNotEqualTo(plain);
        assertThat(bytes(onColumns().setSubsamplingRate(0.5).setSeed(1).fit(table)))
                .isNotEqualTo(
                        bytes(onColumns().setSubsamplingRate(0.5).setSeed(2).fit(table)));
    }

    @Test
    void earlyStoppingKeepsTheBestRound() {
        BoostedTreesClassificationModel model = onColumns()
                .setNumTrees(200)
                .setMaxLeaves(31)
                .setValidationIndicatorCol("isValidation")
                .setEarlyStoppingRounds(5)
                .fit(table);
        BoostingSummary summary = model.summary();
        double[] validation = summary.metric("validation-logloss");
        assertThat(model.getNumTrees()).isLessThan(200).isEqualTo(summary.bestIteration() + 1);
        assertThat(validation).hasSize(model.getNumTrees() + 5);
        assertThat(validation[summary.bestIteration()])
                .isEqualTo(Arrays.stream(validation).min().getAsDouble());
    }

    @Test
    void summaryTellsRoundsWorkersAndPhases() {
        BoostingSummary summary = onColumns().fit(table).summary();
        assertThat(summary.metric("train-logloss")).hasSize(5).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(summary.report().devices()).hasSize(summary.report().numWorkers());
        assertThat(summary.report().rowsPerWorker().stream().mapToLong(n -> n).sum())
                .isEqualTo(400);
        assertThat(summary.report().secondsByPhase()).isNotEmpty();
        assertThatThrownBy(() -> summary.metric("auc")).hasMessageContaining("train-logloss");
    }

    @Test
    void trainingMetricsCanBeLeftOutOfSomeRoundsOrAll() {
        BoostingSummary some = onColumns()
                .setTrainingMetricPeriod(2)
                .fit(table, new ParamMap())
                .summary();
        assertThat(some.rounds()).hasSize(5);
        double[] course = some.metric("train-logloss");
        assertThat(course[0]).isNaN();
        assertThat(course[3]).isLessThan(course[1]);
        BoostingSummary none = onColumns()
                .setTrainingMetricPeriod(0)
                .fit(table, new ParamMap())
                .summary();
        assertThat(none.rounds()).hasSize(5);
        assertThatThrownBy(() -> none.metric("train-logloss"))
                .hasMessageContaining("measured were: none")
                .hasMessageContaining("trainingMetricPeriod");
    }

    @Test
    void listenersHearOfEveryRoundAndTravelWithCopies() {
        List<Integer> rounds = new ArrayList<>();
        List<TrainingReport> reports = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void roundFinished(RoundReport report) {
                rounds.add(report.round());
                throw new IllegalStateException("a listener's fault must not end the fit");
            }

            @Override
            public void finished(TrainingReport report) {
                reports.add(report);
            }
        };
        onColumns().addListener(listener).fit(table, new ParamMap());
        assertThat(rounds).containsExactly(0, 1, 2, 3, 4);
        assertThat(reports).hasSize(1);
    }

    @Test
    void oneVsRestTrainsOnVectors() {
        Dataset<Row> three = table.withColumn("label", functions.expr("cast(pmod(b, 3) as double)"));
        OneVsRestModel model = new OneVsRest().setClassifier(small()).fit(three);
        Dataset<Row> scored = model.transform(three);
        long right = scored.where("label = prediction").count();
        assertThat(right).isGreaterThan(250);
    }

    @Test
    void oneVsRestWithColumnsSaysWhatToDo() {
        Dataset<Row> three = table.withColumn("label", functions.expr("cast(pmod(b, 3) as double)"));
        assertThatThrownBy(() -> new OneVsRest().setClassifier(onColumns()).fit(three))
                .hasStackTraceContaining("OneVsRest hands its classifier only the label and one vector column");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    label  | 2.0D                    | label
                    label  | cast(null as double)    | label
                    label  | double('NaN')           | label
                    label  | 1.0D                    | class
                    weight | -1.0D                   | weight
                    weight | double('NaN')           | weight
                    a      | double('Infinity')      | a
                    """)
    void badValuesAreRefusedByColumn(String column, String value, String named) {
        Dataset<Row> bad = table.withColumn(column, functions.expr(value));
        assertThatThrownBy(() -> onColumns().setWeightCol("weight").fit(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void vectorsOfDifferentLengthAreRefused() {
        UDF1<Double, Vector> cut = a -> a != null && a > 1 ? Vectors.dense(a) : Vectors.dense(1, 2);
        Dataset<Row> ragged = table.withColumn(
                "features", functions.udf(cut, SQLDataTypes.VectorType()).apply(functions.col("a")));
        assertThatThrownBy(() -> small().fit(ragged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("features")
                .hasMessageContaining("length");
    }
}
