package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;

/** Refusals that need no training, and limits that depend on each other. */
class BoostedTreesParamsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    numTrees          | 0        | >= 1
                    learningRate      | 0.0      | 0 < value <= 1
                    learningRate      | NaN      | 0 < value <= 1
                    maxLeaves         | 1        | 0 or >= 2
                    maxDepth          | 0        | -1 or >= 1
                    maxBins           | 65536    | 2 to 65535
                    maxBins           | 1        | 2 to 65535
                    growPolicy        | lossguide| leafwise, depthwise
                    lambdaL2          | -1.0     | >= 0
                    lambdaL1          | Infinity | >= 0
                    minSplitGain      | -0.5     | >= 0
                    minChildWeight    | NaN      | >= 0
                    minDataInLeaf     | 0        | >= 1
                    subsamplingRate   | 1.5      | 0 < value <= 1
                    colsampleByTree   | 0.0      | 0 < value <= 1
                    colsampleByLevel  | -0.1     | 0 < value <= 1
                    colsampleByNode   | 2.0      | 0 < value <= 1
                    earlyStoppingRounds | -1     | >= 0
                    trainingMetricPeriod | -1    | >= 0
                    objective         | binary:logistic | auto, logistic, softmax
                    predictionRounds  | -1       | >= 0
                    device            | tpu      | auto, cpu, cuda
                    numWorkers        | -1       | >= 0
                    numThreads        | -2       | >= 0
                    shardStorage      | tape     | auto, memory, disk
                    missing           | 4.0E38   | a number of float32's range
                    handleInvalid     | ignore   | error, keep, skip
                    """)
    void valuesOutOfRangeAreRefusedWithNameValueAndRange(String param, String value, String allowed) {
        BoostedTreesClassifier classifier = new BoostedTreesClassifier();
        Object typed = value.matches("-?\\d+")
                ? Integer.valueOf(value)
                : value.matches("-?[\\d.]+(E\\d+)?|NaN|Infinity") ? Double.valueOf(value) : value;
        assertThatThrownBy(() -> classifier.set(param, typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(param + " is ")
                .hasMessageContaining(value)
                .hasMessageContaining("allowed: " + allowed);
    }

    @Test
    void inputColsMustBeNamesEachOnce() {
        assertThatThrownBy(() -> new BoostedTreesClassifier().setInputCols(new String[0]))
                .hasMessageContaining("inputCols is []; allowed: a list of at least one column");
        assertThatThrownBy(() -> new BoostedTreesClassifier().setInputCols(new String[] {"a", "b", "a"}))
                .hasMessageContaining("[a, b, a]");
    }

    @Test
    void defaultsAreThoseOfTheDesign() {
        BoostedTreesClassifier c = new BoostedTreesClassifier();
        assertThat(c.getNumTrees()).isEqualTo(100);
        assertThat(c.getLearningRate()).isEqualTo(0.1);
        assertThat(c.getMaxLeaves()).isEqualTo(63);
        assertThat(c.getMaxDepth()).isEqualTo(-1);
        assertThat(c.getMaxBins()).isEqualTo(255);
        assertThat(c.getGrowPolicy()).isEqualTo("leafwise");
        assertThat(c.getLambdaL2()).isEqualTo(1.0);
        assertThat(c.getMinChildWeight()).isEqualTo(1.0);
        assertThat(c.depthLimit()).isEqualTo(-1);
        assertThat(c.leafLimit()).isEqualTo(63);
    }

    @Test
    void depthwiseGrowthHasLimitsOfItsOwn() {
        BoostedTreesClassifier c = new BoostedTreesClassifier().setGrowPolicy("depthwise");
        assertThat(c.depthLimit()).isEqualTo(6);
        assertThat(c.leafLimit()).isZero();
        c.setMaxDepth(4).setMaxLeaves(10);
        assertThat(c.depthLimit()).isEqualTo(4);
        assertThat(c.leafLimit()).isEqualTo(10);
        c.setMaxDepth(-1);
        assertThat(c.depthLimit()).isEqualTo(-1);
    }

    @Test
    void aTreeWithoutAnyLimitIsRefused() {
        assertThatThrownBy(() -> new BoostedTreesClassifier()
                        .setGrowPolicy("depthwise")
                        .setMaxDepth(-1)
                        .transformSchema(data().schema()))
                .hasMessageContaining("would grow without end");
        assertThatThrownBy(() -> new BoostedTreesClassifier().setMaxLeaves(0).transformSchema(data().schema()))
                .hasMessageContaining("would grow without end");
    }

    private static Dataset<Row> data() {
        return BinaryTable.withVector(LocalSpark.session(), 10, 1);
    }

    private static void assertRefused(BoostedTreesClassifier classifier, Dataset<Row> data, String... parts) {
        var thrown = assertThatThrownBy(() -> classifier.fit(data)).isInstanceOf(IllegalArgumentException.class);
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @Test
    void bothKindsOfFeaturesAreRefused() {
        assertRefused(
                new BoostedTreesClassifier()
                        .setInputCols(new String[] {"a", "b"})
                        .setFeaturesCol("features"),
                data(),
                "both featuresCol ('features') and inputCols ([a, b]) are set");
    }

    @Test
    void wronglyTypedColumnsAreNamed() {
        Dataset<Row> data = data();
        assertRefused(
                new BoostedTreesClassifier().setFeaturesCol("a"), data, "column 'a' (featuresCol) has type double");
        assertRefused(
                new BoostedTreesClassifier().setInputCols(new String[] {"features"}),
                data,
                "column 'features' (inputCols) has type",
                "allowed: byte");
        assertRefused(
                new BoostedTreesClassifier().setLabelCol("isValidation"),
                data,
                "column 'isValidation' (labelCol) has type boolean");
        assertRefused(
                new BoostedTreesClassifier().setWeightCol("features"), data, "column 'features' (weightCol) has type");
        assertRefused(
                new BoostedTreesClassifier().setValidationIndicatorCol("a"),
                data,
                "column 'a' (validationIndicatorCol) has type double; allowed: boolean");
    }

    @Test
    void missingColumnsAreNamed() {
        Dataset<Row> data = data();
        assertRefused(new BoostedTreesClassifier().setLabelCol("y"), data, "column 'y' (labelCol) is missing");
        assertRefused(new BoostedTreesClassifier().setWeightCol("w"), data, "column 'w' (weightCol) is missing");
        assertRefused(
                new BoostedTreesClassifier().setValidationIndicatorCol("v"),
                data,
                "column 'v' (validationIndicatorCol) is missing");
        assertRefused(
                new BoostedTreesClassifier().setInputCols(new String[] {"a", "z"}),
                data,
                "column 'z' (inputCols) is missing",
                "OneVsRest");
    }

    @Test
    void aColumnHasOneRole() {
        assertRefused(
                new BoostedTreesClassifier().setInputCols(new String[] {"a", "label"}),
                data(),
                "column 'label' is in inputCols");
    }

    @Test
    void earlyStoppingNeedsRowsToWatch() {
        assertRefused(
                new BoostedTreesClassifier().setEarlyStoppingRounds(5), data(), "validationIndicatorCol is not set");
    }

    @Test
    void thresholdsNeedOneAClass() {
        assertRefused(
                new BoostedTreesClassifier().setThresholds(new double[] {0.1, 0.2, 0.7}),
                data(),
                "thresholds has 3 values");
    }
}
