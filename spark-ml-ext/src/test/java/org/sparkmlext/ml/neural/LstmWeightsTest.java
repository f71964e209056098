package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What events weigh: a window as much as its last step. */
class LstmWeightsTest {

    /** Of the size of 1, so that nothing need be standardised: means and deviations heed no weights. */
    private static Dataset<Row> events() {
        return LstmEventsTest.events()
                .withColumn("wave", col("wave").minus(500).divide(40))
                .withColumn("half", col("half").minus(250).divide(20))
                .where("car < 'car-4'");
    }

    /** Every batch is the whole table. */
    private static LstmRegressor regressor() {
        return LstmEventsTest.regressor()
                .setStandardization(false)
                .setBatchSize(100_000)
                .setMaxEpochs(6)
                .setNumWorkers(1);
    }

    private static LstmClassifier classifier() {
        return new LstmClassifier()
                .setEntityCol("car")
                .setTimeCol("hour")
                .setInputCols(new String[] {"wave", "half"})
                .setLabelCol("kind")
                .setWindowLength(8)
                .setStandardization(false)
                .setNetwork(WalkSequences.network())
                .setBatchSize(100_000)
                .setMaxEpochs(6)
                .setNumThreads(1)
                .setNumWorkers(1);
    }

    private static Dataset<Row> weighed(Column weight) {
        return events().withColumn("w", weight);
    }

    private static byte[] bytes(LstmRegressionModel model) {
        return model.scoring().fitted().bytes();
    }

    private static byte[] bytes(LstmClassificationModel model) {
        return model.scoring().fitted().bytes();
    }

    private static void assertSameCourse(NetworkSummary summary, NetworkSummary expected, String metric) {
        assertThat(summary.metric(metric)).containsExactly(expected.metric(metric), within(1e-5));
    }

    @Test
    void aWeightOfOneIsNone() {
        assertThat(bytes(regressor().setWeightCol("w").fit(weighed(lit(1)))))
                .isEqualTo(bytes(regressor().fit(events())));
        assertThat(bytes(classifier().setWeightCol("w").fit(weighed(lit(1)))))
                .isEqualTo(bytes(classifier().fit(events())));
    }

    @Test
    void anEntityOfWeightTwoCountsAsTwo() {
        Dataset<Row> twice =
                events().unionByName(events().where("car = 'car-0'").withColumn("car", lit("another car-0")));
        Dataset<Row> heavy = weighed(when(col("car").equalTo("car-0"), 2).otherwise(1));
        NetworkSummary expected = regressor().fit(twice).summary();
        NetworkSummary light = regressor().fit(events()).summary();
        assertThat(Math.abs(light.metric("train-loss")[5] - expected.metric("train-loss")[5]))
                .as("what is to be told apart")
                .isGreaterThan(1e-3);
        for (int workers : new int[] {1, 2}) {
            LstmRegressor regressor = regressor().setWeightCol("w").setNumWorkers(workers);
            LstmRegressionModel model = regressor.fit(heavy);
            assertSameCourse(model.summary(), expected, "train-loss");
            assertSameCourse(model.summary(), expected, "train-rmse");
            // Weights lie beside the series, wherever these lie.
            assertThat(bytes(regressor.setShardStorage("disk").fit(heavy))).isEqualTo(bytes(model));
        }
        NetworkSummary classes = classifier().setWeightCol("w").fit(heavy).summary();
        assertSameCourse(classes, classifier().fit(twice).summary(), "train-loss");
    }

    @Test
    void windowsOfWeightZeroChangeNothing() {
        // A window ends with its last input: those which end before 60 have targets up to 62.
        Dataset<Row> early = events().where("hour < 60 + " + LstmEventsTest.HORIZON);
        Dataset<Row> zero = weighed(expr("if(hour < 60, 1, 0)"));
        assertSameCourse(
                regressor().setWeightCol("w").fit(zero).summary(),
                regressor().fit(early).summary(),
                "train-loss");
        assertSameCourse(
                classifier().setWeightCol("w").fit(zero).summary(),
                classifier().fit(events().where("hour < 60")).summary(),
                "train-accuracy");
    }

    @Test
    void validationWindowsWeighToo() {
        Dataset<Row> zero = weighed(expr("if(hour < 70, 1, 0)"));
        NetworkSummary weighed = classifier()
                .setWeightCol("w")
                .setValidationIndicatorCol("validation")
                .fit(zero)
                .summary();
        NetworkSummary expected = classifier()
                .setValidationIndicatorCol("validation")
                .fit(events().where("hour < 70"))
                .summary();
        assertSameCourse(weighed, expected, "validation-loss");
    }

    @Test
    void classWeightsAreThoseOfTheLabelAndMultiplyTheEvents() {
        Dataset<Row> byKind = weighed(col("kind").multiply(2).plus(1));
        LstmClassifier classes = classifier().setClassWeights(new double[] {1, 3});
        assertThat(bytes(classes.fit(events())))
                .isEqualTo(bytes(classifier().setWeightCol("w").fit(byKind)))
                .isNotEqualTo(bytes(classifier().fit(events())));
        Dataset<Row> both = byKind.withColumn("product", col("w").multiply(col("w")));
        assertThat(bytes(classes.setWeightCol("w").fit(both)))
                .isEqualTo(bytes(classifier().setWeightCol("product").fit(both)));
    }

    @Test
    void badWeightsAreToldWithColumnEntityAndTime() {
        for (Double bad : new Double[] {null, Double.NaN, -1.0, 1e300}) {
            Column weight = when(expr("car = 'car-1' and hour = 9"), lit(bad).cast("double"))
                    .otherwise(1.0);
            String told = bad == null ? "null" : bad > 1 ? "Infinity" : bad.toString();
            assertThatThrownBy(() -> regressor().setWeightCol("w").fit(weighed(weight)))
                    .isInstanceOf(InvalidTrainingDataException.class)
                    .hasMessageContaining("column 'w' (weightCol) is " + told + " of entity 'car-1' at 9")
                    .hasMessageContaining("finite as float32 and at least 0");
        }
        assertThatThrownBy(() -> classifier().setWeightCol("w").fit(weighed(lit(0))))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("weight column 'w' is 0 in all");
        assertThatThrownBy(() -> regressor().setWeightCol("car").fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 'car' (weightCol) has type string");
        assertThatThrownBy(() -> regressor().setWeightCol("half").fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 'half' is among inputCols or targetCols and is also")
                .hasMessageContaining("the weight");
    }
}
