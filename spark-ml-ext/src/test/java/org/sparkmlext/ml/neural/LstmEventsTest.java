package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** From a table of events to forecasts and classes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LstmEventsTest {

    static final int ENTITIES = 6;
    static final int STEPS = 80;
    static final int WINDOW = 12;
    static final int HORIZON = 3;

    private LstmRegressionModel forecasting;

    /** A wave a car, about 500 times as large as it should be to be learnt raw; {@code slow} says half of it. */
    static Dataset<Row> events() {
        List<Row> rows = new ArrayList<>();
        for (int entity = 0; entity < ENTITIES; entity++) {
            for (int step = 0; step < STEPS; step++) {
                double wave = 500 + 40 * Math.sin(2 * Math.PI * (step + 2 * entity) / 12);
                rows.add(RowFactory.create(
                        "car-" + entity, (long) step, wave, wave / 2, entity % 2 == 0 ? 1.0 : 0.0, step >= 60));
            }
        }
        StructType schema = new StructType()
                .add("car", DataTypes.StringType)
                .add("hour", DataTypes.LongType)
                .add("wave", DataTypes.DoubleType)
                .add("half", DataTypes.DoubleType)
                .add("kind", DataTypes.DoubleType)
                .add("validation", DataTypes.BooleanType);
        return LocalSpark.session().createDataFrame(rows, schema).repartition(3, col("hour"));
    }

    static LstmRegressor regressor() {
        return new LstmRegressor()
                .setEntityCol("car")
                .setTimeCol("hour")
                .setInputCols(new String[] {"wave", "half"})
                .setTargetCols(new String[] {"wave", "half"})
                .setWindowLength(WINDOW)
                .setHorizon(HORIZON)
                .setPredictionsCol("next")
                .setNetwork(WalkSequences.network())
                .setMaxEpochs(30)
                .setBatchSize(32)
                .setLearningRate(0.02)
                .setNumThreads(1);
    }

    @BeforeAll
    void fit() {
        forecasting = regressor()
                .setValidationIndicatorCol("validation")
                .setNumWorkers(2)
                .fit(events());
    }

    @Test
    void forecastsComeInTheUnitsOfTheEvents() {
        double[] course = forecasting.summary().metric("validation-rmse");
        assertThat(course[course.length - 1]).isLessThan(0.2);
        List<Row> rows = forecasting.transform(events()).where("hour = 70").collectAsList();
        assertThat(rows).hasSize(ENTITIES);
        for (Row row : rows) {
            int entity = Integer.parseInt(row.<String>getAs("car").substring(4));
            Vector next = row.getAs("next");
            assertThat(next.size()).isEqualTo(HORIZON * 2);
            assertThat(row.<Double>getAs("prediction")).isEqualTo(next.apply(0));
            for (int step = 0; step < HORIZON; step++) {
                double wave = 500 + 40 * Math.sin(2 * Math.PI * (71 + step + 2 * entity) / 12);
                assertThat(next.apply(2 * step)).isEqualTo(wave, within(15.0));
                assertThat(next.apply(2 * step + 1)).isEqualTo(wave / 2, within(8.0));
            }
        }
    }

    @Test
    void anEventIsScoredFromTheWindowThatEndsWithIt() {
        Dataset<Row> scored = forecasting.transform(events());
        assertThat(scored.schema()).isEqualTo(forecasting.transformSchema(events().schema()));
        assertThat(scored.count()).isEqualTo(ENTITIES * STEPS);
        assertThat(scored.where("prediction is null").count()).isEqualTo(ENTITIES * (WINDOW - 1));
        assertThat(scored.where("hour < " + (WINDOW - 1) + " and next is not null")
                        .count())
                .isZero();
        // The same windows by Spark SQL, as sequences.
        Dataset<Row> windows = events().withColumn(
                        "window",
                        collect_list(array(col("wave"), col("half")))
                                .over(Window.partitionBy("car").orderBy("hour").rowsBetween(1 - WINDOW, 0)))
                .where(size(col("window")).equalTo(WINDOW));
        LstmRegressionModel bySequence = forecasting.copy(new ParamMap());
        for (String param : List.of("timeCol", "entityCol", "inputCols", "targetCols", "horizon")) {
            bySequence.clear(bySequence.getParam(param));
        }
        List<Row> expected = bySequence
                .setSequenceCol("window")
                .transform(windows)
                .orderBy("car", "hour")
                .select("car", "hour", "next")
                .collectAsList();
        List<Row> got = scored.where("next is not null")
                .orderBy("car", "hour")
                .select("car", "hour", "next")
                .collectAsList();
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).getString(0)).isEqualTo(expected.get(i).getString(0));
            assertThat(got.get(i).<Vector>getAs("next").toArray())
                    .containsExactly(expected.get(i).<Vector>getAs("next").toArray(), within(1e-3));
        }
    }

    @Test
    void whatComesLaterChangesNoForecast() {
        Dataset<Row> changed =
                events().withColumn("wave", when(col("hour").gt(40), lit(0.0)).otherwise(col("wave")));
        List<Row> before = forecasting
                .transform(events())
                .where("hour <= 40")
                .orderBy("car", "hour")
                .collectAsList();
        List<Row> after = forecasting
                .transform(changed)
                .where("hour <= 40")
                .orderBy("car", "hour")
                .collectAsList();
        assertThat(after).isEqualTo(before);
    }

    @Test
    void theTableOfForecastsHasARowAnEntityStepAndTarget() {
        Dataset<Row> table = forecasting.forecast(events());
        assertThat(table.columns()).containsExactly("entity", "origin", "step", "target", "forecast");
        assertThat(table.count()).isEqualTo(ENTITIES * HORIZON * 2);
        assertThat(table.agg(max("origin")).first().getLong(0)).isEqualTo(STEPS - 1);
        Row last = forecasting
                .transform(events())
                .where("hour = " + (STEPS - 1) + " and car = 'car-3'")
                .first();
        List<Row> rows =
                table.where("entity = 'car-3'").orderBy("step", "target").collectAsList();
        for (Row row : rows) {
            int place = 2 * (row.<Integer>getAs("step") - 1)
                    + (row.<String>getAs("target").equals("half") ? 1 : 0);
            assertThat(row.<Double>getAs("forecast"))
                    .isEqualTo(last.<Vector>getAs("next").apply(place), within(1e-3));
        }
        assertThat(forecasting.forecast(events().where("hour < 5")).count()).isZero();
    }

    @Test
    void quantilesRiseAndTheMiddleOneIsPredicted(@TempDir Path directory) throws Exception {
        Dataset<Row> noisy = events().withColumn(
                        "wave", col("wave").plus(hash(col("car"), col("hour")).mod(31)));
        LstmRegressionModel model = regressor()
                .setTargetCols(new String[] {"wave"})
                .setLoss("quantile")
                .setQuantiles(new double[] {0.025, 0.5, 0.975})
                .setMaxEpochs(12)
                .fit(noisy);
        assertThat(model.numOutputs()).isEqualTo(HORIZON * 3);
        String path = directory.resolve("model").toString();
        model.save(path);
        Dataset<Row> table = LstmRegressionModel.load(path).forecast(noisy);
        assertThat(table.columns())
                .containsExactly("entity", "origin", "step", "target", "forecast", "p2_5", "p50", "p97_5");
        assertThat(table.where("p50 != forecast").count()).isZero();
        assertThat(table.where("p2_5 <= p50 and p50 <= p97_5").count()).isEqualTo(table.count());
        Row row = model.transform(noisy).where("hour = 50").first();
        assertThat(row.<Double>getAs("prediction"))
                .isEqualTo(row.<Vector>getAs("next").apply(1));
    }

    @Test
    void normalisedWindowsForecastTheSeriesTheyEnd() {
        LstmRegressionModel model =
                regressor().setNetwork("window-norm+gru").setMaxEpochs(4).fit(events());
        Dataset<Row> far = events().withColumn("wave", col("wave").plus(5000))
                .withColumn("half", col("half").plus(5000));
        List<Row> near =
                model.transform(events()).where("hour = 50").orderBy("car").collectAsList();
        List<Row> shifted =
                model.transform(far).where("hour = 50").orderBy("car").collectAsList();
        for (int i = 0; i < ENTITIES; i++) {
            // In units of the window a shifted series is the same one.
            assertThat(shifted.get(i).<Double>getAs("prediction"))
                    .isEqualTo(near.get(i).<Double>getAs("prediction") + 5000, within(1.0));
        }
    }

    @Test
    void wholeSeriesAndWindowsAreClassified() {
        LstmClassifier classifier = new LstmClassifier()
                .setEntityCol("car")
                .setTimeCol("hour")
                .setInputCols(new String[] {"wave", "level"})
                .setLabelCol("kind")
                .setNetwork(WalkSequences.network())
                .setMaxEpochs(30)
                .setBatchSize(2)
                .setLearningRate(0.02)
                .setNumThreads(1);
        Dataset<Row> levels = events().withColumn(
                        "level", col("kind").multiply(3).plus(col("wave").divide(500)));
        LstmClassificationModel whole = classifier.fit(levels);
        assertThat(whole.transform(levels)
                        .where("hour = " + (STEPS - 1) + " and prediction = kind")
                        .count())
                .isEqualTo(ENTITIES);
        LstmClassificationModel windows =
                classifier.setWindowLength(8).setBatchSize(64).setMaxEpochs(6).fit(levels);
        Dataset<Row> scored = windows.transform(levels);
        assertThat(scored.where("prediction is null").count()).isEqualTo(ENTITIES * 7);
        assertThat(scored.where("prediction = kind").count()).isGreaterThan(ENTITIES * (STEPS - 7) * 9 / 10);
    }

    @Test
    void repeatedAndInvalidEventsComeOutUnscored() {
        Dataset<Row> one = events().where("car = 'car-1'");
        Dataset<Row> repeated = one.unionByName(one.where("hour = 30"));
        assertThatThrownBy(() -> forecasting.transform(repeated).collectAsList())
                .hasStackTraceContaining("duplicates");
        LstmRegressionModel lenient = forecasting.copy(new ParamMap());
        lenient.set(lenient.duplicates(), "last");
        assertThat(lenient.transform(repeated).where("hour = 30").count()).isEqualTo(2);
        assertThat(lenient.transform(repeated)
                        .where("hour = 30 and next is not null")
                        .count())
                .isEqualTo(1);
        Dataset<Row> holes = one.withColumn("wave", when(col("hour").notEqual(30), col("wave")));
        lenient.setHandleInvalid("keep");
        assertThat(lenient.transform(holes).count()).isEqualTo(STEPS);
        assertThat(lenient.transform(holes).where("hour = 30 and next is null").count())
                .isEqualTo(1);
        assertThat(lenient.setHandleInvalid("skip").transform(holes).count()).isEqualTo(STEPS - 1);
    }

    @Test
    void contradictingParamsAreRefused() {
        assertThatThrownBy(() -> regressor().setSequenceCol("wave").fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeCol")
                .hasMessageContaining("sequenceCol");
        assertThatThrownBy(() -> regressor().setPredictionsCol("").fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("predictionsCol");
        assertThatThrownBy(() -> regressor().setWindowLength(0).fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("windowLength");
        assertThatThrownBy(() -> WalkSequences.regressor().setHorizon(2).fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("horizon")
                .hasMessageContaining("timeCol");
        assertThatThrownBy(() -> regressor().setInputCols(new String[] {"wave"}).fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 features a step")
                .hasMessageContaining("2 features");
        assertThatThrownBy(() -> regressor().setTimeCol("car").fit(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'car'");
        LstmRegressionModel bySequence =
                WalkSequences.regressor().setMaxEpochs(1).fit(WalkSequences.equal(LocalSpark.session(), 20));
        assertThatThrownBy(() -> bySequence.forecast(events()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeCol");
    }
}
