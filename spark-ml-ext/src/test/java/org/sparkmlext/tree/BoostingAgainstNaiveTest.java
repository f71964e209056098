package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.Shard;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * The trainer against {@link NaiveBoosting}: exact greedy trees in doubles, straight from the formulas. So few rows that every value has a bin of its own.
 */
class BoostingAgainstNaiveTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(240, 3);

    private static void assertSameScores(TestSettings settings, boolean hasWeights) throws IOException {
        assertSameScores(settings, ROWS, TableMaker.shards(ROWS, 1, hasWeights, false), hasWeights);
    }

    private static void assertSameScores(
            TestSettings settings, List<TableMaker.RowValues> rows, List<Shard> shards, boolean hasWeights)
            throws IOException {
        Forest forest = ForestCodec.read(new ByteArrayInputStream(
                TrainingThreads.train(settings.build(), shards, 2).model()));
        NaiveBoosting naive = new NaiveBoosting(settings.build(), rows, hasWeights);
        double[] wanted = naive.train();
        for (int r = 0; r < rows.size(); r++) {
            assertThat((double) forest.rawScore(rows.get(r).features())).isCloseTo(wanted[r], within(1e-4));
        }
    }

    @Test
    void sparseRows() throws IOException {
        List<TableMaker.RowValues> rows = TableMaker.withSparseFeatures(ROWS, 40);
        List<Shard> dense = TableMaker.shards(rows, 2, true, false);
        assertSameScores(TestSettings.defaults().withTrees(5), rows, TableMaker.sparse(dense, 0, 0), true);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 1000})
    void moreBinsThanAByteHolds(int maxBins) throws IOException {
        // Distinct values of the first feature: more than 255, and not more than bins.
        List<TableMaker.RowValues> rows = TableMaker.rows(maxBins == 300 ? 300 : 500, 5);
        List<Shard> shards = TableMaker.shards(rows, 1, false, false);
        TestSettings settings = TestSettings.defaults().withTrees(2).withShape(GrowPolicy.LEAFWISE, -1, 8);
        assertSameScores(settings.withBins(maxBins), rows, shards, false);
    }

    @Test
    void leafWise() throws IOException {
        assertSameScores(TestSettings.defaults().withTrees(5), false);
    }

    @Test
    void depthWise() throws IOException {
        assertSameScores(TestSettings.defaults().withTrees(5).withShape(GrowPolicy.DEPTHWISE, 3, 0), false);
    }

    @Test
    void weights() throws IOException {
        assertSameScores(TestSettings.defaults().withTrees(5), true);
    }

    @Test
    void penaltiesAndMinima() throws IOException {
        assertSameScores(
                TestSettings.defaults().withTrees(4).withPenalties(0.3, 1, 0.4).withLeafMinimum(3, 12), false);
    }

    @Test
    void aSplitOnMissingValuesAloneHasAnInfiniteThreshold() throws IOException {
        List<TableMaker.RowValues> rows = new java.util.ArrayList<>();
        for (int r = 0; r < 200; r++) {
            float[] x = new float[TableMaker.NUM_FEATURES];
            x[2] = r % 2 == 0 ? Float.NaN : 5;
            rows.add(new TableMaker.RowValues(x, r % 2, 1, false));
        }
        Forest forest = ForestCodec.read(new ByteArrayInputStream(TrainingThreads.train(
                        TestSettings.defaults().withTrees(1).build(), TableMaker.shards(rows, 1, false, false), 1)
                .model()));
        assertThat(forest.nodes().features()[0]).isEqualTo(2);
        assertThat(forest.nodes().thresholds()[0]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(forest.rawScore(rows.get(0).features())).isNegative();
        assertThat(forest.rawScore(rows.get(1).features())).isPositive();
    }

    @Test
    void aSingleClassOrNoWeightIsRefused() {
        List<TableMaker.RowValues> ones = ROWS.stream()
                .map(r -> new TableMaker.RowValues(r.features(), 1, r.weight(), false))
                .toList();
        assertThatThrownBy(() -> TrainingThreads.train(
                        TestSettings.defaults().build(), TableMaker.shards(ones, 2, false, false), 1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("single class (1)");
        List<TableMaker.RowValues> weightless = ROWS.stream()
                .map(r -> new TableMaker.RowValues(r.features(), r.label(), 0, false))
                .toList();
        assertThatThrownBy(() -> TrainingThreads.train(
                        TestSettings.defaults().build(), TableMaker.shards(weightless, 1, true, false), 1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("weight 0");
    }

    @Test
    void earlyStoppingWithNothingToWatchIsRefused() {
        BoostingSettings stopping =
                TestSettings.defaults().withEarlyStopping(3, "logloss").build();
        assertThatThrownBy(() -> TrainingThreads.train(stopping, TableMaker.shards(ROWS, 2, true, false), 1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("earlyStoppingRounds is 3")
                .hasMessageContaining("validationIndicatorCol");
        List<TableMaker.RowValues> weightless = ROWS.stream()
                .map(r -> new TableMaker.RowValues(
                        r.features(), r.label(), r.isValidation() ? 0 : r.weight(), r.isValidation()))
                .toList();
        assertThatThrownBy(() -> TrainingThreads.train(stopping, TableMaker.shards(weightless, 1, true, true), 1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("validation rows have weight 0");
    }

    @Test
    void weightsThatAreAllTinyTrainAsTheirMultiplesDo() throws IOException {
        List<TableMaker.RowValues> tiny = ROWS.stream()
                .map(r -> new TableMaker.RowValues(r.features(), r.label(), r.weight() * 0x1p-50f, false))
                .toList();
        TestSettings settings =
                TestSettings.defaults().withTrees(3).withPenalties(0, 0, 0).withLeafMinimum(0, 1);
        Forest one = ForestCodec.read(new ByteArrayInputStream(
                TrainingThreads.train(settings.build(), TableMaker.shards(ROWS, 1, true, false), 1)
                        .model()));
        Forest other = ForestCodec.read(new ByteArrayInputStream(
                TrainingThreads.train(settings.build(), TableMaker.shards(tiny, 1, true, false), 1)
                        .model()));
        for (TableMaker.RowValues row : ROWS) {
            assertThat(other.rawScore(row.features())).isCloseTo(one.rawScore(row.features()), within(1e-5f));
        }
    }

    @Test
    void oneFarOutlierOfWeightDoesNotDrownTheOthers() throws IOException {
        List<TableMaker.RowValues> heavy = new java.util.ArrayList<>(ROWS);
        TableMaker.RowValues first = heavy.get(0);
        heavy.set(0, new TableMaker.RowValues(first.features(), first.label(), 1e6f, false));
        TestSettings settings = TestSettings.defaults().withTrees(5);
        Forest forest = ForestCodec.read(new ByteArrayInputStream(
                TrainingThreads.train(settings.build(), TableMaker.shards(heavy, 1, true, false), 1)
                        .model()));
        double[] wanted = new NaiveBoosting(settings.build(), heavy, true).train();
        for (int r = 0; r < heavy.size(); r++) {
            assertThat((double) forest.rawScore(heavy.get(r).features())).isCloseTo(wanted[r], within(0.02));
        }
    }
}
