package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.stddev_pop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** What {@link LstmRegressor} learns from columns of sequences, and what its model gives. */
class LstmRegressorFitTest {

    private static final int ROWS = 240;

    private static Dataset<Row> sequences() {
        return WalkSequences.unequal(LocalSpark.session(), ROWS);
    }

    private static double rmse(Dataset<Row> scored, String label, String prediction) {
        return new RegressionEvaluator()
                .setLabelCol(label)
                .setPredictionCol(prediction)
                .evaluate(scored);
    }

    private static double spread(Dataset<Row> data, String label) {
        return data.select(stddev_pop(label)).first().getDouble(0);
    }

    @Test
    void predictionsComeBackInTheTargetsUnits() {
        LstmRegressionModel model = WalkSequences.regressor().setNumWorkers(2).fit(sequences());
        Dataset<Row> scored = model.transform(sequences());
        double spread = spread(sequences(), "mean");
        assertThat(rmse(scored, "mean", "prediction")).isLessThan(spread / 2);
        // Metrics are in deviations of the targets.
        double[] course = model.summary().metric("train-rmse");
        assertThat(course[0]).isLessThan(2);
        assertThat(rmse(scored, "mean", "prediction") / spread).isEqualTo(course[course.length - 1], within(0.1));
    }

    @Test
    void targetsOfUnequalUnitsAreLearntAlike() {
        LstmRegressionModel model = WalkSequences.regressor()
                .setLabelCol("targets")
                .setPredictionsCol("all")
                .fit(sequences());
        Dataset<Row> scored = model.transform(sequences())
                .withColumn(
                        "tenfold",
                        functions.vector_to_array(col("all"), "float64").getItem(1))
                .withColumn("tenfold-mean", col("mean").multiply(10));
        double spread = spread(sequences(), "mean");
        assertThat(rmse(scored, "mean", "prediction")).isLessThan(spread / 2);
        assertThat(rmse(scored, "tenfold-mean", "tenfold")).isLessThan(10 * spread / 2);
    }

    @Test
    void aSavedModelGivesTheSameNumbers(@TempDir Path directory) throws Exception {
        LstmRegressionModel model = WalkSequences.regressor().setMaxEpochs(2).fit(sequences());
        String path = directory.resolve("model").toString();
        model.save(path);
        LstmRegressionModel loaded = LstmRegressionModel.load(path);
        assertThat(loaded.transform(sequences()).select("prediction").collectAsList())
                .isEqualTo(model.transform(sequences()).select("prediction").collectAsList());
        assertThat(loaded.fittedLayers()).isEqualTo(model.fittedLayers());
        assertThat(loaded.fittedLayers().architecture().targets().isNone()).isFalse();
        for (Row row :
                model.transform(WalkSequences.equal(LocalSpark.session(), 8)).collectAsList()) {
            assertThat(model.predict(row.<Vector>getAs("vector")))
                    .isEqualTo(row.<Double>getAs("prediction"), within(1e-2));
        }
    }
}
