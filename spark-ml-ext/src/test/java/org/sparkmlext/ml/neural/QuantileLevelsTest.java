package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.testing.LocalSpark;

/** Quantiles of a target come in their order, whether the network's outputs do or not. */
class QuantileLevelsTest {

    private static final double[] LEVELS = {0.1, 0.5, 0.9};

    @Test
    void theLevelsOfEachTargetAscend() {
        double[] raw = {3, 1, 2, 7, 8, 9, -1, -3, -2};
        assertThat(QuantileLevels.ascending(raw, 3)).containsExactly(1, 2, 3, 7, 8, 9, -3, -2, -1);
        assertThat(QuantileLevels.ascending(raw, 1)).containsExactly(raw);
        assertThat(raw[0]).isEqualTo(3);
    }

    private static boolean ascends(double[] values) {
        for (int from = 0; from < values.length; from += LEVELS.length) {
            for (int i = from + 1; i < from + LEVELS.length; i++) {
                if (values[i] < values[i - 1]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Every row ascends, though the network's outputs for at least one do not. */
    private static void assertAscending(Dataset<Row> scored, ValueScorer scorer, List<float[]> rows, int point) {
        List<Row> all = scored.where("all is not null").collectAsList();
        assertThat(all).isNotEmpty();
        for (Row row : all) {
            double[] values = row.<Vector>getAs("all").toArray();
            assertThat(ascends(values)).as(Arrays.toString(values)).isTrue();
            assertThat(row.<Double>getAs("prediction")).isEqualTo(values[point]);
        }
        assertThat(rows).anySatisfy(row -> {
            double[] raw = scorer.rawPrediction(row);
            assertThat(ascends(raw)).isFalse();
            assertThat(ascends(scorer.values(raw))).isTrue();
            assertThat(scorer.prediction(raw)).isEqualTo(scorer.values(raw)[point]);
        });
    }

    @Test
    void imagesGetThemInOrder() {
        Dataset<Row> images = BrightImages.table(LocalSpark.session(), 60);
        CnnRegressionModel model = TinyNetworks.regressor()
                .setLabelCol("targets")
                .setLoss("quantile")
                .setQuantiles(LEVELS)
                .setPredictionsCol("all")
                .setMaxEpochs(1)
                .setLearningRate(1e-6)
                .fit(images);
        List<Vector> vectors = images.select("vector").collectAsList().stream()
                .map(row -> row.<Vector>getAs(0))
                .toList();
        assertAscending(
                model.transform(images),
                model.scorer(),
                vectors.stream().map(QuantileLevelsTest::floats).toList(),
                1);
        assertThat(vectors)
                .allSatisfy(vector ->
                        assertThat(ascends(model.predictAll(vector).toArray())).isTrue());
    }

    private static float[] floats(Vector vector) {
        float[] values = new float[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) vector.apply(i);
        }
        return values;
    }

    @Test
    void forecastsGetThemInOrderAndTheTableAgreesWithTheVectors() {
        Dataset<Row> events = LstmEventsTest.events();
        LstmRegressionModel model = LstmEventsTest.regressor()
                .setLoss("quantile")
                .setQuantiles(LEVELS)
                .setPredictionsCol("all")
                .setMaxEpochs(1)
                .setLearningRate(1e-6)
                .fit(events);
        float[] row = new float[2 * LstmEventsTest.WINDOW];
        Arrays.fill(row, 500);
        Dataset<Row> scored = model.transform(events);
        assertAscending(scored, model.scorer(), List.of(row), 1);
        List<Row> table =
                model.forecast(events).orderBy("entity", "step", "target").collectAsList();
        assertThat(table).hasSize(LstmEventsTest.ENTITIES * LstmEventsTest.HORIZON * 2);
        List<Row> last = scored.where("hour = " + (LstmEventsTest.STEPS - 1))
                .orderBy("car")
                .collectAsList();
        for (int i = 0; i < table.size(); i++) {
            Row line = table.get(i);
            int step = line.<Integer>getAs("step") - 1;
            // Targets are wave and half; sorted by name half comes first.
            int target = line.<String>getAs("target").equals("wave") ? 0 : 1;
            Vector all = last.get(i / (2 * LstmEventsTest.HORIZON)).getAs("all");
            int first = (step * 2 + target) * LEVELS.length;
            assertThat(line.<Double>getAs("p10")).isEqualTo(all.apply(first), within(1e-3));
            assertThat(line.<Double>getAs("p50")).isEqualTo(all.apply(first + 1), within(1e-3));
            assertThat(line.<Double>getAs("p90")).isEqualTo(all.apply(first + 2), within(1e-3));
            assertThat(line.<Double>getAs("forecast")).isEqualTo(line.<Double>getAs("p50"));
            assertThat(line.<Double>getAs("p10")).isLessThanOrEqualTo(line.<Double>getAs("p50"));
            assertThat(line.<Double>getAs("p50")).isLessThanOrEqualTo(line.<Double>getAs("p90"));
        }
    }
}
