package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.NumberTable;

/** Fits of numbers through Spark: every objective learns, and bad input is refused by name. */
class BoostedTreesRegressionFitTest {

    private static Dataset<Row> table;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeTable() {
        table = NumberTable.of(LocalSpark.session(), 600, 5).cache();
    }

    private static BoostedTreesRegressor regressor() {
        return new BoostedTreesRegressor()
                .setInputCols(BinaryTable.FEATURES)
                .setNumTrees(40)
                .setMaxLeaves(8)
                .setMinDataInLeaf(5);
    }

    private static BoostedTreesRegressor regressor(String objective, String label) {
        return regressor().setObjective(objective).setLabelCol(label);
    }

    private static byte[] bytes(BoostedTreesRegressionModel model) {
        return model.fittedForest().encoded().bytes();
    }

    private static double rmseTo(String column, Dataset<Row> scored) {
        return new RegressionEvaluator().setLabelCol(column).evaluate(scored);
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        var thrown = assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "squared, label, rmse",
        "absolute, label, mae",
        "huber, label, huber",
        "quantile, label, pinball-0.5",
        "poisson, count, poisson-deviance",
        "gamma, amount, gamma-deviance",
        "tweedie, count, tweedie-deviance"
    })
    void everyObjectiveLearnsOnTheLabelsScale(String objective, String label, String metric) {
        Dataset<Row> data = table.withColumn("count", functions.greatest(functions.col("count"), functions.lit(0)));
        BoostedTreesRegressionModel model = regressor(objective, label).fit(data);
        assertThat(model.forest().objective()).isEqualTo(objective);
        double[] course = model.summary().metric("train-" + metric);
        assertThat(course).hasSize(40);
        assertThat(course[39]).isLessThan(course[0] * 0.9);
        // The spread of the means is 2.3; predictions are means, or medians close to them, on their scale.
        assertThat(rmseTo("mean", model.transform(data))).isLessThan(0.9);
        Row first = model.transform(data).first();
        assertThat(model.predict(first.<Vector>getAs("features"))).isEqualTo(first.<Double>getAs("prediction"));
    }

    @Test
    void quantilesAscendAndCoverTheirShares() {
        BoostedTreesRegressionModel model = regressor("quantile", "label")
                .setQuantileLevels(new double[] {0.1, 0.4, 0.8})
                .setQuantilesCol("quantiles")
                .setNumTrees(60)
                .fit(table);
        assertThat(model.numOutputs()).isEqualTo(3);
        assertThat(model.numRounds()).isEqualTo(60);
        assertThat(model.getNumTrees()).isEqualTo(180);
        assertThat(model.summary().bestIteration()).isEqualTo(59);
        List<Row> rows = model.transform(table).collectAsList();
        double[] below = new double[3];
        for (Row row : rows) {
            double[] quantiles = row.<Vector>getAs("quantiles").toArray();
            // 0.4 is the level nearest to 0.5.
            assertThat(row.<Double>getAs("prediction")).isEqualTo(quantiles[1]);
            for (int k = 0; k < 3; k++) {
                below[k] += row.<Double>getAs("label") < quantiles[k] ? 1.0 / rows.size() : 0;
            }
        }
        assertThat(below[0]).isEqualTo(0.1, within(0.05));
        assertThat(below[1]).isEqualTo(0.4, within(0.07));
        assertThat(below[2]).isEqualTo(0.8, within(0.05));
        assertThat(model.summary().rounds().get(0).metrics())
                .containsOnlyKeys("train-pinball-0.1", "train-pinball-0.4", "train-pinball-0.8");
    }

    @Test
    void parametersOfObjectivesReachTheTrainer() {
        assertThat(bytes(regressor("huber", "label").setHuberDelta(0.1).fit(table)))
                .isNotEqualTo(bytes(regressor("huber", "label").fit(table)));
        assertThat(bytes(regressor("tweedie", "amount")
                        .setTweedieVariancePower(1.1)
                        .fit(table)))
                .isNotEqualTo(bytes(regressor("tweedie", "amount").fit(table)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    poisson | -1.0D              | negative
                    tweedie | -0.5D              | negative
                    gamma   | 0.0D               | not above 0
                    squared | double('Infinity') | infinite
                    huber   | 1e300D             | infinite
                    squared | double('NaN')      | NaN
                    squared | cast(null as double) | null
                    """)
    void badLabelsAreRefusedByName(String objective, String value, String fault) {
        Dataset<Row> bad = table.withColumn("amount", functions.expr("if(b = 3, " + value + ", amount)"));
        assertRefused(() -> regressor(objective, "amount").fit(bad), "label column 'amount'", fault, " of 600 rows");
    }

    @Test
    void aCustomObjectiveIsLearntAndItsModelSaved() throws IOException {
        BoostedTreesRegressionModel custom = regressor()
                .setCustomObjective((score, label) -> score - label, (score, label) -> 1)
                .setCustomMetric("distance", (score, label) -> Math.abs(score - label))
                .setNumTrees(60)
                .fit(table, new ParamMap());
        assertThat(custom.forest().objective()).isEqualTo("custom");
        assertThat(rmseTo("mean", custom.transform(table))).isLessThan(0.8);
        double[] course = custom.summary().metric("train-distance");
        assertThat(course[59]).isLessThan(course[0] / 2);
        String path = directory.resolve("custom").toString();
        custom.save(path);
        BoostedTreesRegressionModel loaded = BoostedTreesRegressionModel.load(path);
        assertThat(loaded.transform(table).select("prediction").collectAsList())
                .isEqualTo(custom.transform(table).select("prediction").collectAsList());
    }

    @Test
    void notANumberFromACustomObjectiveIsNamed() {
        assertThatThrownBy(() -> regressor()
                        .setCustomObjective((score, label) -> label > 4 ? Double.NaN : score, (score, label) -> 1)
                        .fit(table))
                .hasStackTraceContaining("custom objective")
                .hasStackTraceContaining("NaN")
                .hasStackTraceContaining("round 0")
                .hasStackTraceContaining("row ");
    }

    @Test
    void trainingInTwoPartsIsTrainingInOne() throws IOException {
        BoostedTreesRegressor estimator = regressor().setSubsamplingRate(0.7);
        BoostedTreesRegressionModel whole =
                estimator.copy(new ParamMap()).setNumTrees(20).fit(table);
        BoostedTreesRegressionModel first =
                estimator.copy(new ParamMap()).setNumTrees(8).fit(table);
        BoostedTreesRegressor second = estimator.copy(new ParamMap()).setNumTrees(12);
        BoostedTreesRegressionModel both =
                second.copy(new ParamMap()).setInitialModel(first).fit(table);
        assertThat(bytes(both)).isEqualTo(bytes(whole));
        assertThat(both.numRounds()).isEqualTo(20);
        assertThat(both.summary().bestIteration()).isEqualTo(11);
        String path = directory.resolve("first").toString();
        first.save(path);
        assertThat(bytes(second.setInitialModel(path).fit(table))).isEqualTo(bytes(whole));
        String again = directory.resolve("both").toString();
        both.save(again);
        assertThat(BoostedTreesRegressionModel.load(again).summary()).isEqualTo(both.summary());
    }

    @Test
    void firstRoundsOfAModelAreTheModelOfFewerRounds() {
        BoostedTreesRegressionModel model = regressor("poisson", "amount").fit(table);
        BoostedTreesRegressionModel shorter =
                regressor("poisson", "amount").setNumTrees(7).fit(table);
        assertThat(model.setPredictionRounds(7)
                        .transform(table)
                        .select("prediction")
                        .collectAsList())
                .isEqualTo(shorter.transform(table).select("prediction").collectAsList());
    }

    @Test
    void vectorsWithoutNamesGoOnByPosition() {
        Column[] entries = Arrays.stream(BinaryTable.FEATURES)
                .map(name -> functions.coalesce(functions.col(name).cast("double"), functions.lit(Double.NaN)))
                .toArray(Column[]::new);
        Column vector = org.apache.spark.ml.functions.array_to_vector(functions.array(entries));
        Dataset<Row> vectors = table.withColumn("x", vector).withColumn("y", vector);
        BoostedTreesRegressionModel whole = onVectors("x").setNumTrees(8).fit(vectors);
        BoostedTreesRegressionModel first = onVectors("y").setNumTrees(3).fit(vectors);
        BoostedTreesRegressionModel both =
                onVectors("x").setNumTrees(5).setInitialModel(first).fit(vectors);
        assertThat(bytes(both)).isEqualTo(bytes(whole));
        // And from columns with names to a vector without.
        BoostedTreesRegressionModel named = regressor().setNumTrees(3).fit(table);
        assertThat(bytes(onVectors("x").setNumTrees(5).setInitialModel(named).fit(vectors)))
                .isEqualTo(bytes(whole));
        assertRefused(
                () -> regressor()
                        .setInputCols(new String[] {"a", "b"})
                        .setInitialModel(first)
                        .fit(table),
                "this data has [a, b]");
    }

    private static BoostedTreesRegressor onVectors(String column) {
        BoostedTreesRegressor regressor = regressor();
        regressor.clear(regressor.inputCols());
        regressor.setFeaturesCol(column);
        return regressor;
    }

    @Test
    void anInitialModelMustFit() throws IOException {
        BoostedTreesRegressionModel initial = regressor().setNumTrees(2).fit(table);
        assertRefused(
                () -> regressor()
                        .setInputCols(new String[] {"c", "b", "a"})
                        .setInitialModel(initial)
                        .fit(table),
                "trained on the features [a, b, c]; this data has [c, b, a]");
        assertRefused(
                () -> regressor("poisson", "amount").setInitialModel(initial).fit(table),
                "trained with objective squared; this estimator has objective poisson");
        BoostedTreesRegressionModel levels = regressor("quantile", "label")
                .setQuantileLevels(new double[] {0.2, 0.7})
                .setNumTrees(1)
                .fit(table);
        assertRefused(
                () -> regressor("quantile", "label").setInitialModel(levels).fit(table),
                "quantileLevels [0.2, 0.7]; this estimator has [0.5]");
        BoostedTreesRegressionModel huber =
                regressor("huber", "label").setHuberDelta(1.5).setNumTrees(1).fit(table);
        String path = directory.resolve("huber").toString();
        huber.save(path);
        assertRefused(
                () -> regressor("huber", "label").setInitialModel(path).fit(table),
                "trained with huberDelta 1.5; this estimator has 1.0. Training goes on only with the same: set huberDelta"
                        + " to 1.5.");
        assertThat(regressor("huber", "label")
                        .setHuberDelta(1.5)
                        .setNumTrees(1)
                        .setInitialModel(path)
                        .fit(table)
                        .numRounds())
                .isEqualTo(2);
        BoostedTreesRegressionModel tweedie =
                regressor("tweedie", "amount").setNumTrees(1).fit(table);
        assertRefused(
                () -> regressor("tweedie", "amount")
                        .setTweedieVariancePower(1.2)
                        .setInitialModel(tweedie)
                        .fit(table),
                "trained with tweedieVariancePower 1.5; this estimator has 1.2");
        assertThatThrownBy(() -> regressor()
                        .setInitialModel(directory.resolve("none").toString())
                        .fit(table))
                .hasMessageContaining("none does not exist");
    }

    @Test
    void baseMarginsAreWhereTrainingStartsAndWhatScoringAdds() {
        Dataset<Row> data = table.withColumn("start", functions.expr("mean / 2"));
        BoostedTreesRegressionModel model =
                regressor().setBaseMarginCol("start").fit(data);
        BoostedTreesRegressionModel rest =
                regressor().setLabelCol("rest").fit(data.withColumn("rest", functions.expr("label - start")));
        assertThat(model.forest().baseScores()).containsExactly(0);
        assertThat(rmseTo("mean", model.transform(data))).isLessThan(0.8);
        // Close to learning the rest without margins, whose only other start is a constant.
        assertThat(rmseTo(
                        "prediction2",
                        model.transform(data)
                                .withColumn("prediction2", functions.expr("prediction"))
                                .drop("prediction")
                                .join(
                                        rest.transform(data)
                                                .selectExpr("a a2", "b b2", "c c2", "start + prediction prediction"),
                                        functions.expr("a <=> a2 and b = b2 and c = c2"))))
                .isLessThan(0.1);
        assertRefused(
                () -> regressor()
                        .setBaseMarginCol("start")
                        .fit(data.withColumn("start", functions.expr("array(mean, mean)"))),
                "base margin column 'start' holds base margins of lengths 2");
        assertRefused(
                () -> regressor()
                        .setBaseMarginCol("start")
                        .fit(data.withColumn("start", functions.expr("if(b = 3, null, start)"))),
                "base margin column 'start' is null");
    }

    @Test
    void weightsAndEarlyStoppingWork() {
        BoostedTreesRegressionModel model = regressor()
                .setWeightCol("weight")
                .setValidationIndicatorCol("isValidation")
                .setEarlyStoppingRounds(3)
                .setValidationMetric("mae")
                .setNumTrees(300)
                .setLearningRate(0.3)
                .fit(table);
        double[] course = model.summary().metric("validation-mae");
        assertThat(model.numRounds()).isLessThan(300).isEqualTo(course.length - 3);
    }

    @Test
    void workersAndOrderDoNotMatter() {
        BoostedTreesRegressor estimator = regressor("quantile", "label")
                .setQuantileLevels(new double[] {0.25, 0.75})
                .setNumTrees(8);
        byte[] expected = bytes(estimator.copy(new ParamMap()).setNumWorkers(1).fit(table));
        assertThat(bytes(estimator.copy(new ParamMap()).setNumWorkers(2).fit(table.orderBy(functions.rand(4)))))
                .isEqualTo(expected);
    }
}
