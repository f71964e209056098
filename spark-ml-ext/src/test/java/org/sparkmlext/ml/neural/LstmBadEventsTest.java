package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.testing.LogLines;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What {@link LstmRegressor} and {@link LstmClassifier} make of events that are not as they should be. */
class LstmBadEventsTest {

    private static final int SPAN = LstmEventsTest.WINDOW + LstmEventsTest.HORIZON;
    /** Windows of a car. */
    private static final int WINDOWS = LstmEventsTest.STEPS - SPAN + 1;

    private static Dataset<Row> events() {
        return LstmEventsTest.events();
    }

    private static LstmRegressor forecaster() {
        return LstmEventsTest.regressor().setMaxEpochs(2).setNumWorkers(1);
    }

    private static LstmClassifier classifier() {
        return new LstmClassifier()
                .setEntityCol("car")
                .setTimeCol("hour")
                .setInputCols(new String[] {"wave", "half"})
                .setLabelCol("kind")
                .setWindowLength(8)
                .setNetwork(WalkSequences.network())
                .setMaxEpochs(2)
                .setBatchSize(64)
                .setNumThreads(1)
                .setNumWorkers(1);
    }

    private static byte[] bytes(LstmRegressor regressor, Dataset<Row> data) {
        return regressor.fit(data).scoring().fitted().bytes();
    }

    private static long rows(LstmRegressionModel model) {
        return model.summary().report().rowsPerWorker().get(0);
    }

    private static AbstractThrowableAssert<?, ?> refused(Estimator<?> estimator, Dataset<Row> data) {
        return assertThatThrownBy(() -> estimator.fit(data)).isInstanceOf(IllegalArgumentException.class);
    }

    private static AbstractThrowableAssert<?, ?> unfit(Estimator<?> estimator, Dataset<Row> data) {
        return refused(estimator, data).isInstanceOf(InvalidTrainingDataException.class);
    }

    private static Column at(String car, int hour) {
        return col("car").equalTo(car).and(col("hour").equalTo(hour));
    }

    private static Dataset<Row> without(String car, int hour) {
        return events().where(at(car, hour).unary_$bang());
    }

    /** The events with another value in one of them. */
    private static Dataset<Row> with(String column, String car, int hour, Column value) {
        return events().withColumn(column, when(at(car, hour), value).otherwise(col(column)));
    }

    @Test
    void unsortedEventsAreSorted() {
        Dataset<Row> sorted = events().coalesce(1).sortWithinPartitions("car", "hour");
        Dataset<Row> mixed = events().repartition(4).sortWithinPartitions(rand(3));
        LstmRegressionModel model = forecaster().fit(sorted);
        assertThat(bytes(forecaster(), mixed))
                .isEqualTo(model.scoring().fitted().bytes());
        List<Row> expected = model.transform(sorted).orderBy("car", "hour").collectAsList();
        assertThat(model.transform(mixed).orderBy("car", "hour").collectAsList())
                .isEqualTo(expected);
        assertThat(model.forecast(mixed).orderBy("entity", "step", "target").collectAsList())
                .isEqualTo(model.forecast(sorted)
                        .orderBy("entity", "step", "target")
                        .collectAsList());
    }

    @Test
    void ofTwoEventsOfATimeTheLargerOneCountsWhereOneMay() {
        Dataset<Row> smaller =
                events().where(at("car-1", 30)).withColumn("wave", col("wave").minus(1));
        Dataset<Row> repeated = events().unionByName(smaller);
        unfit(forecaster(), repeated)
                .hasMessageContaining("more than one event of entity 'car-1' at 30")
                .hasMessageContaining("set duplicates to last");
        unfit(classifier(), repeated).hasMessageContaining("entity 'car-1' at 30");
        assertThat(bytes(forecaster().setDuplicates("last"), repeated)).isEqualTo(bytes(forecaster(), events()));
    }

    @Test
    void aGapIsAnErrorASplitOrFilled() {
        Dataset<Row> cut = without("car-1", 30);
        unfit(forecaster().setFrequency("1"), cut)
                .hasMessageContaining("after 29 comes 31 of entity 'car-1', where frequency says 30")
                .hasMessageContaining("set gaps to split or fill");
        // Without a frequency there is no gap.
        assertThat(rows(forecaster().fit(cut))).isEqualTo(6 * WINDOWS - 1);
        Dataset<Row> asTwo = cut.withColumn(
                "car",
                when(col("car").equalTo("car-1").and(col("hour").gt(30)), "car-1, later")
                        .otherwise(col("car")));
        assertThat(bytes(forecaster().setFrequency("1").setGaps("split"), cut))
                .isEqualTo(bytes(forecaster().setFrequency("1"), asTwo));
        refused(forecaster().setGaps("fill"), cut).hasMessageContaining("frequency is not set");
    }

    @Test
    void windowsWithAFilledTargetAreLeftOutAndCounted() {
        Dataset<Row> cut =
                without("car-1", 30).withColumn("validation", col("hour").geq(60));
        LstmRegressor filling = forecaster().setFrequency("1").setGaps("fill");
        try (LogLines log = LogLines.withInfo(DistributedTrainer.class.getName())) {
            LstmRegressionModel model = filling.fit(cut);
            // Hour 30 is one of the three targets of as many windows; as an input it may be filled in.
            assertThat(rows(model)).isEqualTo(6 * WINDOWS - LstmEventsTest.HORIZON);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("Windows over 6 series of up to 80 steps; "
                            + "3 windows left out because a target of theirs was filled in (gaps)"));
        }
        // Of an hour to validate on: it leaves as many out there, and no training window more than the border does.
        Dataset<Row> late =
                without("car-1", 70).withColumn("validation", col("hour").geq(60));
        LstmRegressor validating = filling.setValidationIndicatorCol("validation");
        try (LogLines log = LogLines.withInfo(DistributedTrainer.class.getName())) {
            assertThat(rows(validating.fit(late))).isEqualTo(6 * (60 - SPAN + 1));
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("3 windows left out because a target")
                            && line.contains("12 windows left out that are neither for training nor for validation"));
        }
        // Nobody learns from what the missing event might have been: a last step that is filled in has no class.
        assertThat(classifier()
                        .setFrequency("1")
                        .setGaps("fill")
                        .fit(cut)
                        .summary()
                        .report()
                        .rowsPerWorker())
                .containsExactly(6L * (LstmEventsTest.STEPS - 7) - 1);
    }

    @Test
    void anEntityShorterThanAWindowIsNamedOrSkippedOrPadded() {
        Dataset<Row> cut = events().where("car <> 'car-2' or hour < 7");
        unfit(forecaster(), cut)
                .hasMessageContaining("series of entity 'car-2' from 0 to 6 has 7 steps; a window needs 15, 12 of "
                        + "windowLength and 3 of horizon")
                .hasMessageContaining("Set shortSeries to skip or pad");
        LstmRegressionModel skipping = forecaster().setShortSeries("skip").fit(cut);
        assertThat(skipping.scoring().fitted().bytes())
                .isEqualTo(bytes(forecaster(), events().where("car <> 'car-2'")));
        // An entity too short to be scored is no error: nothing is foretold of it.
        assertThat(skipping.transform(cut)
                        .where("car = 'car-2' and next is null")
                        .count())
                .isEqualTo(7);
        assertThat(skipping.forecast(cut).where("entity = 'car-2'").count()).isZero();
        LstmRegressionModel padded = forecaster().setShortSeries("pad").fit(cut);
        assertThat(rows(padded)).isEqualTo(5 * WINDOWS + 1);
        assertThat(padded.forecast(cut).where("entity = 'car-2'").count()).isEqualTo(6);
    }

    @Test
    void valuesThatAreNoneAreToldWithColumnEntityAndTime() {
        LstmRegressionModel model = forecaster().fit(events());
        for (String bad : List.of("null", "NaN", "Infinity")) {
            Dataset<Row> hole = with(
                    "half", "car-3", 17, lit(bad.equals("null") ? null : bad).cast("double"));
            unfit(forecaster(), hole)
                    .hasMessageContaining("column 'half' is " + bad + " of entity 'car-3' at 17")
                    .hasMessageContaining("Imputer");
            unfit(classifier(), hole).hasMessageContaining("column 'half' is " + bad + " of entity 'car-3' at 17");
            assertThatThrownBy(() -> model.transform(hole).collectAsList())
                    .hasStackTraceContaining("column 'half' is " + bad + " of entity 'car-3' at 17")
                    .hasStackTraceContaining("handleInvalid skip");
        }
        unfit(forecaster(), with("hour", "car-3", 17, lit(null).cast("long")))
                .hasMessageContaining("column 'hour' (timeCol) is null in an event of entity 'car-3'");
        unfit(forecaster(), with("car", "car-3", 17, lit(null).cast("string")))
                .hasMessageContaining("column 'car' (entityCol) is null");
        unfit(
                        forecaster().setValidationIndicatorCol("validation"),
                        with("validation", "car-3", 17, lit(null).cast("boolean")))
                .hasMessageContaining("column 'validation' (validationIndicatorCol) is null of entity 'car-3' at 17");
        unfit(classifier(), with("kind", "car-3", 17, lit(null).cast("double")))
                .hasMessageContaining("column 'kind' is null of entity 'car-3' at 17");
    }

    @Test
    void aHorizonBeyondTheDataIsToldWithBothNumbers() {
        LstmRegressor far = forecaster().setHorizon(100);
        unfit(far, events())
                .hasMessageContaining("has 80 steps; a window needs 112, 12 of windowLength and 100 of horizon");
        unfit(far.setShortSeries("skip"), events())
                .hasMessageContaining("no series has the 112 steps that a window needs")
                .hasMessageContaining("the longest of 80 steps")
                .hasMessageContaining("Lower windowLength or horizon");
        unfit(far.setShortSeries("pad"), events())
                .hasMessageContaining("the longest of 80 steps. Lower horizon: none has a step before it.");
    }

    /** Column {@code text} has the hours since the year began, each as the clock of one of twelve zones shows it. */
    private static Dataset<Row> ofManyZones() {
        return events().withColumn("zone", expr("cast(hour * 5 % 12 as int)"))
                .withColumn("local", expr("cast(hour + zone as int)"))
                .withColumn(
                        "text",
                        expr(
                                "format_string('2024-01-%02dT%02d:00:00+%02d:00', 1 + cast(local div 24 as int), local % 24, zone)"))
                .drop("zone", "local");
    }

    @Test
    void momentsOfMixedZonesAreInTheirTrueOrderAndTextIsRefused() {
        byte[] expected = bytes(forecaster().setFrequency("1"), events());
        Dataset<Row> moments = ofManyZones().withColumn("at", expr("to_timestamp(text)"));
        assertThat(moments.select("text")
                        .where("hour = 7 and car = 'car-0'")
                        .first()
                        .getString(0))
                .isEqualTo("2024-01-01T18:00:00+11:00");
        assertThat(bytes(forecaster().setTimeCol("at").setFrequency("1 hour"), moments))
                .isEqualTo(expected);
        LstmRegressor byText = forecaster().setTimeCol("text");
        refused(byText, moments)
                .hasMessageContaining("column 'text' (timeCol) has type string")
                .hasMessageContaining("to_timestamp, which reads offsets such as +01:00");
        LstmRegressionModel model = forecaster().setTimeCol("at").fit(moments);
        model.set(model.timeCol(), "text");
        assertThatThrownBy(() -> model.transform(moments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 'text' (timeCol) has type string");
    }

    @Test
    void clocksWithoutAZoneShowAnHourTwice() {
        // As Berlin's clocks show the hours from midnight on, which are set back at three.
        Dataset<Row> clocks = events().withColumn(
                        "clock",
                        expr("cast('2024-10-27 00:00:00' as timestamp_ntz)"
                                + " + make_dt_interval(0, cast(if(hour < 3, hour, hour - 1) as int))"));
        unfit(forecaster().setTimeCol("clock"), clocks)
                .hasMessageContaining("more than one event of entity 'car-0' at 2024-10-27T02:00")
                .hasMessageContaining("a column of type timestamp tells the two apart");
        Dataset<Row> moments = clocks.withColumn(
                "moment", expr("timestamp '2024-10-27 00:00:00+02:00' + make_dt_interval(0, cast(hour as int))"));
        assertThat(bytes(forecaster().setTimeCol("moment").setFrequency("1 hour"), moments))
                .isEqualTo(bytes(forecaster().setFrequency("1"), events()));
    }

    @Test
    void columnsOfWrongTypesAreNamed() {
        Dataset<Row> typed =
                events().withColumn("real", col("hour").divide(2)).withColumn("text", concat(lit("at "), col("hour")));
        for (Estimator<?> stage : List.<Estimator<?>>of(
                forecaster().setTimeCol("real"), classifier().setTimeCol("real"))) {
            refused(stage, typed).hasMessageContaining("column 'real' (timeCol) has type double; allowed: timestamp");
        }
        refused(forecaster().setTimeCol("validation"), typed).hasMessageContaining("(timeCol) has type boolean");
        refused(forecaster().setTimeCol("when"), typed)
                .hasMessageContaining("timeCol")
                .hasMessageContaining("'when'");
        refused(forecaster().setEntityCol("wave"), typed).hasMessageContaining("'wave'");
        refused(forecaster().setEntityCol("real"), typed)
                .hasMessageContaining("column 'real' (entityCol) has type double");
        refused(forecaster().setInputCols(new String[] {"wave", "text"}), typed)
                .hasMessageContaining("column 'text'")
                .hasMessageContaining("string");
        refused(forecaster().setFrequency("1 hour"), typed).hasMessageContaining("whole number");
    }

    @Test
    void classesUnseenInTrainingAreRefusedAndAtScoringJustWrong() {
        Dataset<Row> unseen =
                events().withColumn("kind", when(col("validation"), lit(2.0)).otherwise(col("kind")));
        unfit(classifier().setValidationIndicatorCol("validation"), unseen)
                .hasMessageContaining("label column 'kind' holds labels up to 2, but no training row has class 2");
        LstmClassificationModel model = classifier().fit(events());
        Dataset<Row> scored = model.transform(unseen).where("prediction is not null");
        double right = new MulticlassClassificationEvaluator()
                .setLabelCol("kind")
                .setMetricName("accuracy")
                .evaluate(scored);
        double expected = (double) scored.where("prediction = kind").count() / scored.count();
        assertThat(right).isEqualTo(expected, within(1e-12));
        assertThat(scored.where("kind = 2 and prediction = kind").count()).isZero();
    }

    @Test
    void labelsThatAreNoClassesAreToldWithEntityAndTime() {
        for (double bad : new double[] {0.5, -1}) {
            unfit(classifier(), with("kind", "car-4", 20, lit(bad)))
                    .hasMessageContaining("label column 'kind' holds a value that is no class index in 1 of 438 rows "
                            + "(for example " + bad + " of entity 'car-4' at 20)");
        }
        // Only where a window ends is a label asked for.
        LstmClassificationModel model = classifier().fit(with("kind", "car-4", 6, lit(-1.0)));
        assertThat(model.numClasses()).isEqualTo(2);
    }

    @Test
    void aWindowNeverHoldsWhatItIsToTell() {
        refused(classifier().setInputCols(new String[] {"wave", "kind"}), events())
                .hasMessageContaining("column 'kind' is in inputCols")
                .hasMessageContaining("each window would hold its own target");
        refused(forecaster().setHorizon(0), events())
                .hasMessageContaining("column 'wave' is in inputCols")
                .hasMessageContaining("horizon");
    }
}
