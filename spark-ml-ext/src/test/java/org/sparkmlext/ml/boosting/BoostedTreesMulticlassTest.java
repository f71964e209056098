package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.NumberTable;

/** Fits of classes through Spark: how many there are, their weights, and what does not fit them. */
class BoostedTreesMulticlassTest {

    private static Dataset<Row> table;

    @BeforeAll
    static void makeTable() {
        table = NumberTable.of(LocalSpark.session(), 600, 11).cache();
    }

    private static BoostedTreesClassifier classifier() {
        return new BoostedTreesClassifier()
                .setInputCols(BinaryTable.FEATURES)
                .setLabelCol("kind")
                .setNumTrees(20)
                .setMaxLeaves(8);
    }

    private static Dataset<Row> withKind(String expression) {
        return table.withColumn("kind", functions.expr(expression));
    }

    private static byte[] bytes(BoostedTreesClassificationModel model) {
        return model.fittedForest().encoded().bytes();
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        var thrown = assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @Test
    void labelsDecideHowManyClassesThereAre() {
        BoostedTreesClassificationModel three = classifier().fit(table);
        assertThat(three.numClasses()).isEqualTo(3);
        assertThat(three.forest().objective()).isEqualTo("softmax");
        assertThat(three.getNumTrees()).isEqualTo(60);
        assertThat(three.numRounds()).isEqualTo(20);
        BoostedTreesClassificationModel two = classifier().fit(withKind("least(kind, 1)"));
        assertThat(two.numClasses()).isEqualTo(2);
        assertThat(two.forest().objective()).isEqualTo("logistic");
        assertThat(bytes(two))
                .isEqualTo(bytes(classifier().setObjective("logistic").fit(withKind("least(kind, 1)"))));
        BoostedTreesClassificationModel softmaxOfTwo =
                classifier().setObjective("softmax").fit(withKind("least(kind, 1)"));
        assertThat(softmaxOfTwo.numClasses()).isEqualTo(2);
        assertThat(softmaxOfTwo.forest().numOutputs()).isEqualTo(2);
    }

    @Test
    void probabilitiesAreGoodAndAddUpToOne() {
        BoostedTreesClassificationModel model = classifier().fit(table);
        Dataset<Row> scored = model.transform(table);
        for (Row row : scored.limit(50).collectAsList()) {
            Vector raw = row.getAs("rawPrediction");
            Vector probability = row.getAs("probability");
            assertThat(Arrays.stream(probability.toArray()).sum()).isEqualTo(1.0, within(1e-12));
            assertThat(row.<Double>getAs("prediction"))
                    .isEqualTo(probability.argmax())
                    .isEqualTo(raw.argmax());
            assertThat(model.predictProbability(row.<Vector>getAs("features"))).isEqualTo(probability);
        }
        MulticlassClassificationEvaluator evaluator = new MulticlassClassificationEvaluator().setLabelCol("kind");
        assertThat(evaluator.setMetricName("accuracy").evaluate(scored)).isGreaterThan(0.85);
        double[] course = model.summary().metric("train-logloss");
        assertThat(evaluator.setMetricName("logLoss").evaluate(scored)).isEqualTo(course[19], within(1e-6));
    }

    @Test
    void classesWithoutRowsAreNamed() {
        assertRefused(() -> classifier().fit(withKind("if(kind = 1, 4, kind)")), "no training row has class 1, 3");
        assertRefused(() -> classifier().fit(withKind("kind + 1")), "no training row has class 0");
        assertRefused(() -> classifier().fit(withKind("kind + 0.5")), "no class index");
        assertRefused(() -> classifier().fit(withKind("kind - 1")), "no class index");
        assertRefused(() -> classifier().fit(withKind("0D")), "only the class 0");
        assertRefused(() -> classifier().setObjective("logistic").fit(table), "other than 0 and 1");
    }

    @Test
    void thresholdsAndClassWeightsNeedOneAClass() {
        assertRefused(
                () -> classifier().setThresholds(new double[] {0.5, 0.5}).fit(table),
                "label column 'kind' holds the 3 classes from 0 to 2, but thresholds has 2 values");
        assertRefused(
                () -> classifier().setClassWeights(new double[] {1, 1, 1, 1}).fit(table),
                "holds the 3 classes from 0 to 2, but classWeights has 4 values");
        assertRefused(
                () -> classifier().setClassWeights(new double[] {1, 1}).fit(table),
                "holds the 3 classes from 0 to 2, but classWeights has 2 values");
        BoostedTreesClassificationModel model =
                classifier().setThresholds(new double[] {1, 1, 1e-9}).fit(table);
        assertThat(model.transform(table).where("prediction <> 2").count()).isZero();
    }

    @Test
    void classWeightsAreRowWeights() {
        double[] weights = {1, 2, 0.5};
        Dataset<Row> weighed =
                table.withColumn("product", functions.expr("weight * element_at(array(1D, 2D, 0.5D), int(kind) + 1)"));
        byte[] expected = bytes(classifier().setWeightCol("product").fit(weighed));
        assertThat(bytes(classifier()
                        .setWeightCol("weight")
                        .setClassWeights(weights)
                        .fit(table)))
                .isEqualTo(expected);
        Dataset<Row> alone =
                table.withColumn("product", functions.expr("element_at(array(1D, 2D, 0.5D), int(kind) + 1)"));
        assertThat(bytes(classifier().setClassWeights(weights).fit(table)))
                .isEqualTo(bytes(classifier().setWeightCol("product").fit(alone)))
                .isNotEqualTo(expected);
        assertRefused(
                () -> classifier()
                        .setWeightCol("weight")
                        .setClassWeights(weights)
                        .fit(table.withColumn("weight", functions.expr("-weight"))),
                "weight column 'weight * classWeights' holds a negative value");
    }

    @Test
    void trainingGoesOnWithTheSameClasses() {
        BoostedTreesClassificationModel whole = classifier().fit(table);
        BoostedTreesClassificationModel first = classifier().setNumTrees(5).fit(table);
        assertThat(bytes(classifier().setNumTrees(15).setInitialModel(first).fit(table)))
                .isEqualTo(bytes(whole));
        assertRefused(
                () -> classifier().setInitialModel(first).fit(withKind("least(kind, 1)")),
                "holds the 2 classes from 0 to 1, but the initial model has 3 classes");
        assertRefused(
                () -> classifier()
                        .setThresholds(new double[] {0.5, 0.5})
                        .setInitialModel(first)
                        .fit(table),
                "thresholds has 2 values, but the initial model has 3 classes");
        assertRefused(
                () -> classifier()
                        .setObjective("logistic")
                        .setInitialModel(first)
                        .fit(withKind("least(kind, 1)")),
                "trained with objective softmax; this estimator has objective logistic");
    }

    @Test
    void baseMarginsHaveOneNumberAClass() {
        Dataset<Row> data =
                table.withColumn("start", functions.expr("array(0D, if(b > 9, -1D, 1D), if(b > 9, 1D, -1D))"));
        BoostedTreesClassifier estimator = classifier().setObjective("softmax").setBaseMarginCol("start");
        BoostedTreesClassificationModel model = estimator.fit(data);
        double[] course = model.summary().metric("train-logloss");
        assertThat(new MulticlassClassificationEvaluator()
                        .setLabelCol("kind")
                        .setMetricName("logLoss")
                        .evaluate(model.transform(data)))
                .isEqualTo(course[19], within(1e-6));
        assertRefused(
                () -> estimator.fit(data.withColumn("start", functions.expr("array(0D, 1D)"))),
                "base margin column 'start' holds base margins of lengths 2",
                "each of the 3 classes");
    }

    @Test
    void anAreaIsNoMetricOfThreeClasses() {
        BoostedTreesClassifier watching = classifier()
                .setValidationIndicatorCol("isValidation")
                .setEarlyStoppingRounds(2)
                .setValidationMetric("auc");
        assertThatThrownBy(() -> watching.fit(table))
                .hasMessageContaining("validationMetric is 'auc'; objective softmax knows logloss, error");
        BoostedTreesClassificationModel model = watching.fit(withKind("least(kind, 1)"));
        double[] course = model.summary().metric("validation-auc");
        assertThat(course[model.summary().bestIteration()])
                .isEqualTo(Arrays.stream(course).max().getAsDouble());
    }

    @Test
    void aCustomObjectiveOfTwoClasses() {
        Dataset<Row> two = withKind("least(kind, 1)");
        BoostedTreesClassificationModel custom = classifier()
                .setCustomObjective(
                        (s, y) -> 1 / (1 + Math.exp(-s)) - y,
                        (s, y) -> Math.exp(-Math.abs(s)) / Math.pow(1 + Math.exp(-Math.abs(s)), 2))
                .setNumTrees(60)
                .copy(new ParamMap())
                .fit(two);
        List<Row> scored = custom.transform(two)
                .select("kind", "prediction", "probability")
                .collectAsList();
        long right = scored.stream()
                .filter(r -> r.<Double>getAs("kind").equals(r.<Double>getAs("prediction")))
                .count();
        assertThat(right).isGreaterThan(540);
        assertThat(custom.forest().objective()).isEqualTo("custom");
        assertThat(custom.numClasses()).isEqualTo(2);
    }
}
