package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternImages;

/** What {@link CnnClassifier} learns, and what its model does with rows in any form. */
class CnnClassifierFitTest {

    private static final int ROWS = 240;

    private static Dataset<Row> images() {
        return PatternImages.everyForm(LocalSpark.session(), ROWS);
    }

    private static double accuracy(Dataset<Row> scored) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    }

    private static List<Vector> raw(Dataset<Row> scored) {
        List<Vector> vectors = new ArrayList<>();
        for (Row row : scored.orderBy("row").select("rawPrediction").collectAsList()) {
            vectors.add((Vector) row.get(0));
        }
        return vectors;
    }

    private static byte[] modelBytes(CnnClassificationModel model, Path directory) throws Exception {
        model.save(directory.toString());
        return Files.readAllBytes(directory.resolve(NetworkModelFiles.MODEL_FILE));
    }

    @Test
    void learnsFromTwoWorkers() {
        Dataset<Row> images = images();
        CnnClassificationModel model =
                TinyNetworks.classifier().setNumWorkers(2).fit(images);
        assertThat(accuracy(model.transform(images))).isGreaterThan(0.95);
        assertThat(model.numClasses()).isEqualTo(PatternImages.CLASSES);
        assertThat(model.numFeatures()).isEqualTo(PatternImages.WIDTH);
        double[] losses = model.summary().metric("train-loss");
        assertThat(losses).hasSize(8);
        assertThat(losses[7]).isLessThan(losses[0] / 2);
        assertThat(model.summary().toCsv().lines()).hasSize(9).first().isEqualTo("epoch,train-loss,train-accuracy");
        assertThatThrownBy(() -> model.summary().metric("auc"))
                .hasMessageContaining("'auc'")
                .hasMessageContaining("train-accuracy");
    }

    @Test
    void theSameRowsGiveTheSameBytesAndOneModelScoresEveryForm(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images();
        CnnClassificationModel model = TinyNetworks.classifier().setMaxEpochs(2).fit(images);
        CnnClassificationModel again = TinyNetworks.classifier()
                .setMaxEpochs(2)
                .fit(images.orderBy(col("row").desc()).repartition(5));
        assertThat(modelBytes(again, directory.resolve("again")))
                .isEqualTo(modelBytes(model, directory.resolve("model")));
        List<Vector> expected = raw(model.transform(images));
        for (String form : List.of("bytes", "floats", "vector", "struct")) {
            CnnClassificationModel reading = model.copy(new org.apache.spark.ml.param.ParamMap());
            assertThat(raw(reading.setImageCol(form).transform(images)))
                    .as(form)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "floats", "vector", "struct"})
    void everyFormTrainsToTheSamePredictions(String form) {
        Dataset<Row> images = images();
        CnnClassifier classifier = TinyNetworks.classifier().setMaxEpochs(2);
        List<Vector> expected = raw(classifier.fit(images).transform(images));
        assertThat(raw(classifier.setImageCol(form).fit(images).transform(images)))
                .isEqualTo(expected);
    }

    @Test
    void featuresColMayHoldImagesToo() {
        Dataset<Row> images = images().withColumnRenamed("vector", "features");
        CnnClassificationModel model =
                TinyNetworks.classifier().setImageCol("").setMaxEpochs(1).fit(images);
        assertThat(raw(model.transform(images))).hasSize(ROWS);
        assertThatThrownBy(
                        () -> TinyNetworks.classifier().setFeaturesCol("vector").fit(images))
                .hasMessageContaining("both imageCol ('image') and featuresCol ('vector') are set");
    }

    @Test
    void aSingleVectorIsScoredAsTransformDoes() {
        Dataset<Row> images = images();
        CnnClassificationModel model = TinyNetworks.classifier().fit(images);
        for (Row row : model.transform(images).limit(20).collectAsList()) {
            Vector vector = row.getAs("vector");
            assertThat(model.predict(vector)).isEqualTo(row.<Double>getAs("prediction"));
            assertThat(model.predictProbability(vector).argmax())
                    .isEqualTo(row.<Vector>getAs("probability").argmax());
        }
        double[] tooLarge = new double[PatternImages.WIDTH];
        tooLarge[5] = 256;
        assertThatThrownBy(() -> model.predict(Vectors.dense(tooLarge)))
                .hasMessageContaining("256.0")
                .hasMessageContaining("0 to 255");
        assertThatThrownBy(() -> model.predict(Vectors.dense(1, 2))).hasMessageContaining("length 2");
    }

    @Test
    void rowsThatCannotBeScoredFailOrAreKeptOrLeftOut() {
        CnnClassificationModel model = TinyNetworks.classifier().setMaxEpochs(1).fit(images());
        Dataset<Row> few = PatternImages.everyForm(LocalSpark.session(), 10)
                .withColumn(
                        "image", org.apache.spark.sql.functions.when(col("row").notEqual(3), col("image")));
        assertThatThrownBy(() -> model.transform(few).collectAsList())
                .hasStackTraceContaining("column 'image' is null")
                .hasStackTraceContaining("handleInvalid");
        assertThat(model.setHandleInvalid("skip").transform(few).count()).isEqualTo(9);
        List<Row> kept =
                model.setHandleInvalid("keep").transform(few).orderBy("row").collectAsList();
        assertThat(kept).hasSize(10);
        assertThat(kept.get(3).<Double>getAs("prediction")).isNaN();
        assertThat(kept.get(4).<Double>getAs("prediction")).isNotNaN();
    }

    @Test
    void earlyStoppingWatchesValidationRowsAndKeepsTheBestEpoch(@TempDir Path directory) throws Exception {
        // Labels of validation rows are wrong, so that learning soon makes their loss grow.
        Dataset<Row> images = images().withColumn(
                        "validation", col("row").mod(4).equalTo(0))
                .withColumn(
                        "label",
                        org.apache
                                .spark
                                .sql
                                .functions
                                .when(col("validation"), col("label").plus(1).mod(3))
                                .otherwise(col("label")));
        CnnClassifier classifier = TinyNetworks.classifier()
                .setValidationIndicatorCol("validation")
                .setEarlyStoppingRounds(2)
                .setMaxEpochs(60);
        CnnClassificationModel model = classifier.fit(images);
        double[] losses = model.summary().metric("validation-loss");
        int best = losses.length - 3;
        assertThat(losses.length).isLessThan(60);
        assertThat(losses[best]).isLessThan(losses[best + 1]).isLessThan(losses[best + 2]);
        CnnClassificationModel shorter =
                classifier.setEarlyStoppingRounds(0).setMaxEpochs(best + 1).fit(images);
        assertThat(modelBytes(model, directory.resolve("stopped")))
                .isEqualTo(modelBytes(shorter, directory.resolve("shorter")));
    }

    @Test
    void weightsOfClassesAndThresholdsCount() {
        Dataset<Row> images = images();
        CnnClassificationModel without = TinyNetworks.classifier()
                .setClassWeights(new double[] {1, 1, 0})
                .fit(images);
        assertThat(without.transform(images).where("prediction = 2").count()).isZero();
        CnnClassificationModel model = TinyNetworks.classifier().fit(images);
        assertThat(model.transform(images).where("prediction = 2").count()).isPositive();
        model.setThresholds(new double[] {1e-9, 1, 1});
        assertThat(model.transform(images).where("prediction = 0").count()).isGreaterThan(ROWS / 2);
        assertThatThrownBy(() -> model.setThresholds(new double[] {1, 1}).transform(images))
                .hasMessageContaining("thresholds has length 2");
    }

    @Test
    void aRowWeighsWhatItsWeightSays() {
        Dataset<Row> images = images().withColumn(
                        "weight",
                        org.apache
                                .spark
                                .sql
                                .functions
                                .when(col("label").equalTo(2), lit(0.0))
                                .otherwise(lit(1.0)));
        CnnClassificationModel model =
                TinyNetworks.classifier().setWeightCol("weight").fit(images);
        assertThat(model.transform(images).where("prediction = 2").count()).isZero();
    }

    @Test
    void trainingGoesOnFromASavedModelWithOtherClasses(@TempDir Path directory) throws Exception {
        Dataset<Row> images = images();
        String path = directory.resolve("first").toString();
        TinyNetworks.classifier().fit(images).save(path);
        Dataset<Row> two = images.where("label < 2");
        CnnClassificationModel model = TinyNetworks.classifier()
                .setInitialModel(path)
                .setFreezeUntil("dense-1")
                .setMaxEpochs(3)
                .fit(two);
        assertThat(model.numClasses()).isEqualTo(2);
        assertThat(accuracy(model.transform(two))).isGreaterThan(0.9);
    }

    @Test
    void aSavedModelHasItsCurveAndItsSummary(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("model");
        CnnClassificationModel model = TinyNetworks.classifier().setMaxEpochs(2).fit(images());
        model.save(path.toString());
        assertThat(Files.readString(path.resolve(NetworkModelFiles.CURVE_FILE)))
                .startsWith("<svg")
                .contains("train-loss")
                .isEqualTo(model.summary().learningCurve());
        CnnClassificationModel loaded = CnnClassificationModel.load(path.toString());
        assertThat(loaded.summary().metric("train-loss"))
                .isEqualTo(model.summary().metric("train-loss"));
        assertThat(loaded.fittedLayers()).isEqualTo(model.fittedLayers());
        Files.write(path.resolve(NetworkModelFiles.MODEL_FILE), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> CnnClassificationModel.load(path.toString()))
                .hasMessageContaining(NetworkModelFiles.MODEL_FILE);
    }
}
