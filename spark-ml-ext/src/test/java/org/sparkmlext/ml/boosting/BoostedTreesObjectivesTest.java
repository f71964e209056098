package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;

/** Params of objectives, and what fits neither each other nor a Param; nothing is trained. */
class BoostedTreesObjectivesTest {

    @TempDir
    Path directory;

    private static StructType schema() {
        return BinaryTable.withVector(LocalSpark.session(), 1, 1).schema();
    }

    private static BoostedTreesRegressor regressor(String objective) {
        return new BoostedTreesRegressor().setObjective(objective);
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        var thrown = assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    objective            | logistic | squared, absolute, huber, quantile, poisson, gamma, tweedie
                    huberDelta           | 0.0      | > 0
                    huberDelta           | Infinity | > 0
                    tweedieVariancePower | 1.0      | 1 < value < 2
                    tweedieVariancePower | 2.0      | 1 < value < 2
                    """)
    void valuesOutOfRangeAreRefused(String param, String value, String allowed) {
        Params stage = new BoostedTreesRegressor();
        Object typed = param.equals("objective") ? value : Double.valueOf(value);
        assertRefused(() -> stage.set(param, typed), param + " is ", value, "allowed: " + allowed);
    }

    @Test
    void quantileLevelsAscendBetweenZeroAndOne() {
        for (double[] levels :
                new double[][] {{}, {0, 0.5}, {0.5, 1}, {0.5, 0.5}, {0.9, 0.1}, {Double.NaN}, {-0.1, 0.2}}) {
            assertRefused(
                    () -> new BoostedTreesRegressor().setQuantileLevels(levels),
                    "quantileLevels is [",
                    "strictly ascending");
        }
        assertThat(new BoostedTreesRegressor().getQuantileLevels()).containsExactly(0.5);
    }

    @Test
    void classWeightsAreNotNegative() {
        assertRefused(
                () -> new BoostedTreesClassifier().setClassWeights(new double[] {1, -1}),
                "classWeights is [1.0, -1.0]",
                "finite numbers >= 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    squared  | logloss | auto, rmse, mae
                    absolute | auc     | auto, mae, rmse
                    huber    | pinball | auto, huber, rmse, mae
                    quantile | rmse    | auto, pinball
                    poisson  | rmse    | auto, poisson-deviance
                    gamma    | rmse    | auto, gamma-deviance
                    tweedie  | rmse    | auto, tweedie-deviance
                    """)
    void metricsAreThoseOfTheObjective(String objective, String metric, String allowed) {
        assertRefused(
                () -> regressor(objective).setValidationMetric(metric).transformSchema(schema()),
                "validationMetric is '" + metric + "'",
                "with objective " + objective + ": " + allowed + ".");
        String own = allowed.split(", ")[1];
        assertThat(regressor(objective).setValidationMetric(own).transformSchema(schema()))
                .isNotNull();
    }

    @Test
    void metricsOfClassifiersAreThoseOfTheObjective() {
        BoostedTreesClassifier softmax = new BoostedTreesClassifier().setObjective("softmax");
        assertRefused(
                () -> softmax.setValidationMetric("auc").transformSchema(schema()),
                "with objective softmax: auto, logloss, error.");
        BoostedTreesClassifier logistic = new BoostedTreesClassifier().setObjective("logistic");
        assertThat(logistic.setValidationMetric("prauc").transformSchema(schema()))
                .isNotNull();
        assertRefused(
                () -> logistic.setValidationMetric("rmse").transformSchema(schema()),
                "with objective logistic: auto, logloss, error, auc, prauc.");
    }

    @Test
    void quantilesNeedTheObjective() {
        assertRefused(
                () -> regressor("squared").setQuantilesCol("q").transformSchema(schema()),
                "quantilesCol is 'q' but objective is squared");
        assertThat(regressor("quantile")
                        .setQuantilesCol("q")
                        .transformSchema(schema())
                        .fieldNames())
                .contains("prediction", "q");
    }

    @Test
    void aCustomObjectiveStandsInPlaceOfTheParam() {
        assertRefused(
                () -> regressor("squared")
                        .setCustomObjective((s, y) -> s - y, (s, y) -> 1)
                        .transformSchema(schema()),
                "both objective ('squared') and a custom objective are set",
                "clear(objective)");
        BoostedTreesRegressor custom = new BoostedTreesRegressor().setCustomObjective((s, y) -> s - y, (s, y) -> 1);
        assertThat(custom.transformSchema(schema())).isNotNull();
        assertRefused(
                () -> custom.setValidationIndicatorCol("isValidation")
                        .setEarlyStoppingRounds(3)
                        .transformSchema(schema()),
                "setCustomMetric");
        custom.setCustomMetric("distance", (s, y) -> Math.abs(s - y));
        assertThat(custom.setValidationMetric("distance").transformSchema(schema()))
                .isNotNull();
        assertRefused(
                () -> custom.setValidationMetric("rmse").transformSchema(schema()),
                "with objective custom: auto, distance.");
    }

    @Test
    void aCustomMetricHasANameOfItsOwn() {
        assertRefused(() -> new BoostedTreesRegressor().setCustomMetric("auto", (s, y) -> 0), "name is 'auto'");
        assertRefused(() -> new BoostedTreesRegressor().setCustomMetric(" ", (s, y) -> 0), "name is ' '");
        assertRefused(
                () -> regressor("squared").setCustomMetric("mae", (s, y) -> 0).transformSchema(schema()),
                "called 'mae', which is one of objective squared's own");
    }

    @Test
    void whatIsNoParamIsCopiedAndNotSaved() {
        String path = directory.resolve("estimator").toString();
        BoostedTreesRegressor regressor = new BoostedTreesRegressor("mine")
                .setCustomObjective((s, y) -> s - y, (s, y) -> 1)
                .copy(new ParamMap());
        assertThatThrownBy(() -> regressor.save(path))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("estimator mine has a custom objective, which cannot be saved");
        BoostedTreesClassifier withMetric =
                new BoostedTreesClassifier().setCustomMetric("m", (s, y) -> 0).copy(new ParamMap());
        assertThatThrownBy(() -> withMetric.save(path)).hasMessageContaining("a custom metric");
        BoostedTreesClassifier warm = new BoostedTreesClassifier()
                .setInitialModel(HandMadeForest.model())
                .copy(new ParamMap());
        assertThatThrownBy(() -> warm.save(path))
                .hasMessageContaining("an initial model object")
                .hasMessageContaining("set the Param initialModel to its path");
    }

    @Test
    void twoInitialModelsAreOneTooMany() {
        assertRefused(
                () -> new BoostedTreesClassifier()
                        .setInitialModel(HandMadeForest.model())
                        .setInitialModel("some/path")
                        .transformSchema(schema()),
                "both as an object and as a path ('some/path')");
    }

    @Test
    void baseMarginsNeedANamedObjective() {
        assertRefused(
                () -> new BoostedTreesClassifier().setBaseMarginCol("a").transformSchema(schema()),
                "baseMarginCol is 'a' but objective is auto");
        assertRefused(
                () -> regressor("squared").setBaseMarginCol("isValidation").transformSchema(schema()),
                "column 'isValidation' (baseMarginCol) has type boolean");
        assertRefused(
                () -> regressor("squared").setBaseMarginCol("gone").transformSchema(schema()),
                "column 'gone' (baseMarginCol) is missing");
        assertRefused(
                () -> regressor("squared")
                        .setBaseMarginCol("a")
                        .setInputCols(new String[] {"a", "b"})
                        .transformSchema(schema()),
                "column 'a' is in inputCols and is also the label, weight, base margin");
    }

    @Test
    void lengthsOfThresholdsAndClassWeightsAgree() {
        assertRefused(
                () -> new BoostedTreesClassifier()
                        .setClassWeights(new double[] {1, 2})
                        .setThresholds(new double[] {0.1, 0.2, 0.7})
                        .transformSchema(schema()),
                "classWeights has 2 values; allowed: one a class, 3 in all");
        assertRefused(
                () -> new BoostedTreesClassifier()
                        .setObjective("logistic")
                        .setClassWeights(new double[] {1, 2, 3})
                        .transformSchema(schema()),
                "classWeights has 3 values; allowed: one a class, 2 in all");
    }
}
