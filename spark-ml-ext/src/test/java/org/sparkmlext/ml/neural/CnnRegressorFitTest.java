package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.stddev_pop;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/** What {@link CnnRegressor} learns, and what its model gives. */
class CnnRegressorFitTest {

    private static final int ROWS = 240;

    private static Dataset<Row> images() {
        return BrightImages.table(LocalSpark.session(), ROWS);
    }

    private static double rmse(Dataset<Row> scored, String label, String prediction) {
        return new RegressionEvaluator()
                .setLabelCol(label)
                .setPredictionCol(prediction)
                .evaluate(scored);
    }

    /** The error of whoever always says the mean. */
    private static double spread(Dataset<Row> data, String label) {
        return data.select(stddev_pop(label)).first().getDouble(0);
    }

    private static byte[] modelBytes(CnnRegressionModel model, Path directory) throws Exception {
        model.save(directory.toString());
        return Files.readAllBytes(directory.resolve(NetworkModelFiles.MODEL_FILE));
    }

    @Test
    void learnsFromTwoWorkersAndTellsItsErrors() {
        Dataset<Row> images = images();
        List<RoundReport> told = new ArrayList<>();
        CnnRegressionModel model = TinyNetworks.regressor()
                .setNumWorkers(2)
                .addListener(new TrainingListener() {
                    @Override
                    public void roundFinished(RoundReport report) {
                        told.add(report);
                    }
                })
                .fit(images);
        assertThat(told).isEqualTo(model.summary().epochs());
        assertThat(rmse(model.transform(images), "label", "prediction")).isLessThan(spread(images, "label") / 2);
        assertThat(model.summary().toCsv().lines())
                .hasSize(21)
                .first()
                .isEqualTo("epoch,train-loss,train-rmse,train-mae");
        double rmse = model.summary().metric("train-rmse")[19];
        assertThat(model.summary().metric("train-loss")[19]).isEqualTo(rmse * rmse, within(1e-5));
        assertThat(model.summary().learningCurve()).contains("train-rmse").contains("train-mae");
        assertThat(model.numOutputs()).isEqualTo(1);
        for (Row row : model.transform(images).limit(20).collectAsList()) {
            // A program of one row may add in another order.
            assertThat(model.predict(row.<Vector>getAs("vector")))
                    .isEqualTo(row.<Double>getAs("prediction"), within(1e-5));
        }
    }

    @Test
    void everyLossIsTheOneItSays() {
        Dataset<Row> images = images();
        NetworkSummary absolute = TinyNetworks.regressor()
                .setLoss("mae")
                .setMaxEpochs(3)
                .fit(images)
                .summary();
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(absolute.metric("train-loss")[epoch])
                    .isEqualTo(absolute.metric("train-mae")[epoch], within(1e-6));
        }
        CnnRegressor huber = TinyNetworks.regressor().setLoss("huber").setMaxEpochs(3);
        NetworkSummary wide = huber.setHuberDelta(1e6).fit(images).summary();
        double rmse = wide.metric("train-rmse")[2];
        assertThat(wide.metric("train-loss")[2]).isEqualTo(rmse * rmse / 2, within(1e-5));
        NetworkSummary narrow = huber.setHuberDelta(1e-3).fit(images).summary();
        assertThat(narrow.metric("train-loss")[2]).isEqualTo(1e-3 * narrow.metric("train-mae")[2], within(1e-5));
    }

    @Test
    void severalTargetsAreLearntAtOnceFromArraysAndVectors(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images();
        CnnRegressor regressor = TinyNetworks.regressor().setLabelCol("targets").setPredictionsCol("both");
        CnnRegressionModel model = regressor.fit(images);
        assertThat(model.numOutputs()).isEqualTo(2);
        Dataset<Row> scored = model.transform(images)
                .withColumn(
                        "second",
                        org.apache
                                .spark
                                .ml
                                .functions
                                .vector_to_array(col("both"), "float64")
                                .getItem(1));
        assertThat(rmse(scored, "upper", "prediction")).isLessThan(spread(images, "upper") / 2);
        assertThat(rmse(scored, "lower", "second")).isLessThan(spread(images, "lower") / 2);
        for (Row row : scored.limit(20).collectAsList()) {
            Vector both = row.getAs("both");
            assertThat(both.apply(0)).isEqualTo(row.<Double>getAs("prediction"));
            assertThat(model.predictAll(row.<Vector>getAs("vector")).toArray())
                    .containsExactly(both.toArray(), within(1e-5));
        }
        assertThat(modelBytes(regressor.setLabelCol("vectors").fit(images), directory.resolve("vectors")))
                .isEqualTo(modelBytes(model, directory.resolve("arrays")));
    }

    @Test
    void aVectorOfOneTargetIsThatTarget(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images().withColumn("one", functions.array(col("label")));
        CnnRegressor regressor = TinyNetworks.regressor().setMaxEpochs(2).setPredictionsCol("all");
        CnnRegressionModel number = regressor.fit(images);
        assertThat(modelBytes(regressor.setLabelCol("one").fit(images), directory.resolve("vector")))
                .isEqualTo(modelBytes(number, directory.resolve("number")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss", "rmse", "mae"})
    void earlyStoppingWatchesItsMetricAndKeepsTheBestEpoch(String metric, @TempDir Path directory) throws Exception {
        // Validation rows are brighter than they say, so that what is learnt soon makes them worse.
        Dataset<Row> images = images().withColumn(
                        "validation", col("row").mod(4).equalTo(0))
                .withColumn("label", when(col("validation"), lit(1.0)).otherwise(col("label")));
        CnnRegressor regressor = TinyNetworks.regressor()
                .setValidationIndicatorCol("validation")
                .setValidationMetric(metric)
                .setEarlyStoppingRounds(2)
                .setMaxEpochs(60);
        CnnRegressionModel model = regressor.fit(images);
        double[] values = model.summary().metric("validation-" + metric);
        int best = values.length - 3;
        assertThat(values.length).isLessThan(60);
        assertThat(values[best]).isLessThan(values[best + 1]).isLessThan(values[best + 2]);
        CnnRegressionModel shorter =
                regressor.setEarlyStoppingRounds(0).setMaxEpochs(best + 1).fit(images);
        assertThat(modelBytes(model, directory.resolve("stopped")))
                .isEqualTo(modelBytes(shorter, directory.resolve("shorter")));
    }

    @Test
    void aRowWeighsWhatItsWeightSays(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images().withColumn(
                        "weight", when(col("row").mod(2).equalTo(0), 1.0).otherwise(0.0));
        CnnRegressor regressor = TinyNetworks.regressor().setBatchSize(ROWS).setMaxEpochs(60);
        CnnRegressionModel half = regressor.setWeightCol("weight").fit(images);
        // Rows of weight 0 add nothing, so neither do wrong labels.
        Dataset<Row> wrong =
                images.withColumn("label", when(col("weight").equalTo(0), -50.0).otherwise(col("label")));
        CnnRegressionModel misled = regressor.fit(wrong);
        assertThat(misled.summary().metric("train-loss")[59])
                .isEqualTo(half.summary().metric("train-loss")[59], within(1e-3));
        assertThat(rmse(misled.transform(images), "label", "prediction")).isLessThan(1);
    }

    @Test
    void rowsThatCannotBeScoredAreKeptWithNaN() {
        CnnRegressionModel model = TinyNetworks.regressor()
                .setLabelCol("targets")
                .setPredictionsCol("both")
                .setEmbeddingsCol("embeddings")
                .setMaxEpochs(1)
                .fit(images());
        Dataset<Row> few = BrightImages.table(LocalSpark.session(), 10)
                .withColumn("image", when(col("row").notEqual(3), col("image")));
        assertThat(model.setHandleInvalid("skip").transform(few).count()).isEqualTo(9);
        List<Row> kept =
                model.setHandleInvalid("keep").transform(few).orderBy("row").collectAsList();
        assertThat(kept.get(3).<Double>getAs("prediction")).isNaN();
        assertThat(kept.get(3).<Vector>getAs("both").toArray()).containsExactly(Double.NaN, Double.NaN);
        assertThat(kept.get(3).<Vector>getAs("embeddings").toArray())
                .hasSize(12)
                .containsOnly(Double.NaN);
        assertThat(kept.get(4).<Double>getAs("prediction")).isNotNaN();
    }

    @Test
    void trainingGoesOnFromAClassifiersFrozenLayers(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images();
        String path = directory.resolve("classifier").toString();
        Dataset<Row> classes = images.withColumn("label", col("row").mod(3).cast("double"));
        CnnClassificationModel classifier =
                TinyNetworks.classifier().setEmbeddingsCol("embeddings").fit(classes);
        classifier.save(path);
        CnnRegressionModel model = TinyNetworks.regressor()
                .setInitialModel(path)
                .setFreezeUntil("dense-1")
                .setEmbeddingsCol("embeddings")
                .fit(images);
        assertThat(model.summary().metric("train-rmse")[19])
                .isLessThan(model.summary().metric("train-rmse")[0]);
        assertThat(model.transform(images).select("embeddings").collectAsList())
                .isEqualTo(classifier.transform(classes).select("embeddings").collectAsList());
    }
}
