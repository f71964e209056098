package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.Standardisation;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.training.TrainingCallback;

/** What {@link LstmClassifier} learns from columns of sequences, and what its model gives. */
class LstmClassifierFitTest {

    private static final int ROWS = 240;

    private static Dataset<Row> unequal() {
        return WalkSequences.unequal(LocalSpark.session(), ROWS);
    }

    private static Dataset<Row> equal() {
        return WalkSequences.equal(LocalSpark.session(), ROWS);
    }

    private static double accuracy(Dataset<Row> scored) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    }

    private static byte[] modelBytes(LstmClassificationModel model, Path directory) throws Exception {
        model.save(directory.toString());
        return Files.readAllBytes(directory.resolve(NetworkModelFiles.MODEL_FILE));
    }

    private static SequenceInput input(LstmClassificationModel model) {
        return (SequenceInput) model.fittedLayers().architecture().input();
    }

    @Test
    void sequencesOfUnequalLengthsAreToldApartByTheirEnds() {
        LstmClassificationModel model =
                WalkSequences.classifier().setNumWorkers(2).fit(unequal());
        assertThat(accuracy(model.transform(unequal()))).isGreaterThan(0.9);
        assertThat(input(model).steps()).isEqualTo(WalkSequences.LONGEST);
        assertThat(input(model).hasLengths()).isTrue();
        assertThat(model.numClasses()).isEqualTo(2);
        assertThat(model.summary().metric("train-accuracy")).hasSize(15);
    }

    @Test
    void theModelHasMeansAndDeviationsOfTheTrainingRowsAlone(@TempDir Path directory) throws Exception {
        Dataset<Row> marked =
                unequal().withColumn("validation", col("row").mod(3).equalTo(0));
        // What validation rows hold must not count, however large it is.
        Dataset<Row> wild = marked.withColumn(
                "sequence",
                when(col("validation"), expr("transform(sequence, s -> transform(s, x -> 100 * x))"))
                        .otherwise(col("sequence")));
        LstmClassifier classifier =
                WalkSequences.classifier().setMaxEpochs(2).setNumWorkers(2).setValidationIndicatorCol("validation");
        LstmClassificationModel model = classifier.fit(wild);
        Standardisation found = input(model).standardisation();
        Row expected = marked.where("not validation")
                .selectExpr("explode(sequence) as step")
                .selectExpr("avg(step[0])", "stddev_pop(step[0])", "avg(step[1])", "stddev_pop(step[1])")
                .first();
        for (int feature = 0; feature < 2; feature++) {
            assertThat((double) found.mean().get(feature)).isEqualTo(expected.getDouble(2 * feature), within(1e-3));
            assertThat((double) found.deviation().get(feature))
                    .isEqualTo(expected.getDouble(2 * feature + 1), within(1e-4));
        }
        assertThat(modelBytes(model, directory.resolve("wild")))
                .isEqualTo(modelBytes(classifier.fit(marked), directory.resolve("tame")));
    }

    @Test
    void withoutStandardisationNumbersAreLearntAsTheyAre() {
        LstmClassifier classifier = WalkSequences.classifier().setMaxEpochs(3);
        LstmClassificationModel raw = classifier.setStandardization(false).fit(unequal());
        assertThat(input(raw).standardisation().isNone()).isTrue();
        // Steps of a thousand saturate every gate.
        assertThat(accuracy(raw.transform(unequal()))).isLessThan(0.7);
    }

    @Test
    void everyFormOfAColumnGivesTheSameModel(@TempDir Path directory) throws Exception {
        LstmClassifier classifier = WalkSequences.classifier().setMaxEpochs(2);
        LstmClassificationModel first = classifier.fit(equal());
        assertThat(input(first).hasLengths()).isFalse();
        byte[] expected = modelBytes(first, directory.resolve("sequence"));
        List<Row> scores = first.transform(equal()).select("probability").collectAsList();
        for (String column : List.of("flat", "vector", "vectors")) {
            LstmClassificationModel model = classifier.setSequenceCol(column).fit(equal());
            assertThat(modelBytes(model, directory.resolve(column))).as(column).isEqualTo(expected);
            assertThat(model.transform(equal()).select("probability").collectAsList())
                    .as(column)
                    .isEqualTo(scores);
        }
        for (Row row : first.transform(equal()).limit(10).collectAsList()) {
            assertThat(first.predictProbability(row.<Vector>getAs("vector")).toArray())
                    .containsExactly(row.<Vector>getAs("probability").toArray(), within(1e-5));
        }
    }

    @Test
    void aWindowIsTheLastStepsOfASequence(@TempDir Path directory) throws Exception {
        Dataset<Row> cut = equal().withColumn("sequence", expr("slice(sequence, -4, 4)"));
        LstmClassifier classifier = WalkSequences.classifier().setMaxEpochs(2);
        LstmClassificationModel ofCut = classifier.fit(cut);
        LstmClassificationModel ofWindow = classifier.setWindowLength(4).fit(equal());
        assertThat(input(ofWindow).steps()).isEqualTo(4);
        assertThat(modelBytes(ofWindow, directory.resolve("window")))
                .isEqualTo(modelBytes(ofCut, directory.resolve("cut")));
        assertThat(ofWindow.transform(equal()).select("probability").collectAsList())
                .isEqualTo(ofWindow.transform(cut).select("probability").collectAsList());
    }

    @Test
    void rowsThatCannotBeScoredAreRefusedKeptOrSkipped() {
        LstmClassificationModel model =
                WalkSequences.classifier().setMaxEpochs(1).fit(equal());
        Dataset<Row> few = WalkSequences.equal(LocalSpark.session(), 6)
                .withColumn(
                        "sequence",
                        when(col("row").equalTo(1), expr("slice(sequence, 1, 3)"))
                                .when(col("row").equalTo(2), lit(null))
                                .when(col("row").equalTo(3), expr("transform(sequence, s -> array(s[0]))"))
                                .otherwise(col("sequence")));
        assertThatThrownBy(() -> model.transform(few.where("row = 1")).collectAsList())
                .hasStackTraceContaining("a sequence of 3 steps")
                .hasStackTraceContaining("handleInvalid");
        assertThatThrownBy(() -> model.transform(few.where("row = 3")).collectAsList())
                .hasStackTraceContaining("a step of 1 values");
        assertThat(model.setHandleInvalid("skip").transform(few).count()).isEqualTo(3);
        List<Row> kept =
                model.setHandleInvalid("keep").transform(few).orderBy("row").collectAsList();
        for (int row : new int[] {1, 2, 3}) {
            assertThat(kept.get(row).<Double>getAs("prediction")).isNaN();
        }
        assertThat(kept.get(0).<Double>getAs("prediction")).isNotNaN();
    }

    @Test
    void aFitGoesOnFromItsCheckpointAndFromASavedModel(@TempDir Path directory) throws Exception {
        LstmClassifier classifier = WalkSequences.classifier().setMaxEpochs(5);
        byte[] whole = modelBytes(classifier.fit(unequal()), directory.resolve("whole"));
        LstmClassifier kept = classifier
                .copy(new ParamMap())
                .setCheckpointDir(directory.resolve("run").toString());
        kept.copy(new ParamMap())
                .addListener((TrainingCallback) report -> report.round() == 2)
                .fit(unequal());
        assertThat(modelBytes(kept.fit(unequal()), directory.resolve("resumed")))
                .isEqualTo(whole);
        LstmClassificationModel best = LstmClassificationModel.load(
                directory.resolve("run").resolve("best-model").toString());
        // Numbers were learnt under their model's means and deviations, and keep them on other rows.
        Dataset<Row> shifted =
                unequal().withColumn("sequence", expr("transform(sequence, s -> transform(s, x -> x + 5))"));
        LstmClassificationModel tuned = classifier
                .setInitialModel(directory.resolve("whole").toString())
                .setMaxEpochs(1)
                .fit(shifted);
        assertThat(input(tuned).standardisation()).isEqualTo(input(best).standardisation());
    }

    @Test
    void embeddingsAreWhatTheLayerGives() {
        LstmClassificationModel model = WalkSequences.classifier()
                .setMaxEpochs(1)
                .setEmbeddingsCol("embedding")
                .fit(unequal());
        Row first = model.transform(unequal()).first();
        assertThat(first.<Vector>getAs("embedding").size()).isEqualTo(8);
    }
}
