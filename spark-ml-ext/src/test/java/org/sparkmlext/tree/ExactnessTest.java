package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.data.Shard;

/**
 * The promise of one model, bit for bit: every feature of the trainer (rows of the table) against every way to spread and
 * order the same rows (columns). A new feature is a new row.
 */
class ExactnessTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(3000, 11);

    /** A feature: its settings, and whether rows carry weights and validation rows. */
    private record Feature(String name, TestSettings settings, boolean hasWeights, boolean hasValidation) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Feature> features() {
        TestSettings[] plain = Stream.generate(TestSettings::defaults).limit(14).toArray(TestSettings[]::new);
        return Stream.of(
                new Feature("leaf-wise", plain[0], false, false),
                new Feature("depth-wise", plain[1].withShape(GrowPolicy.DEPTHWISE, 4, 0), false, false),
                new Feature("depth-wise, few leaves", plain[2].withShape(GrowPolicy.DEPTHWISE, 6, 11), false, false),
                new Feature("leaf-wise, no leaf limit", plain[3].withShape(GrowPolicy.LEAFWISE, 5, 0), false, false),
                new Feature("weights", plain[4], true, false),
                new Feature("validation rows", plain[5], false, true),
                new Feature("early stopping", plain[6].withTrees(60).withEarlyStopping(12, "error"), true, true),
                new Feature("few bins", plain[7].withBins(16), false, false),
                new Feature("penalties", plain[8].withPenalties(0.1, 2, 0.5), false, false),
                new Feature("rows in leaf", plain[9].withLeafMinimum(0, 25), true, false),
                new Feature("row sampling", plain[10].withSubsampling(0.6), true, true),
                new Feature("column sampling", plain[11].withColumnSampling(0.8, 0.8, 0.7), false, false),
                new Feature("no leaf minimum", plain[12].withLeafMinimum(0, 1), false, false),
                new Feature(
                        "everything",
                        plain[13]
                                .withSubsampling(0.7)
                                .withColumnSampling(0.9, 1, 0.8)
                                .withLeafMinimum(0.5, 7)
                                .withPenalties(0.5, 0.1, 0.01)
                                .withEarlyStopping(4, "logloss"),
                        true,
                        true));
    }

    /** A way to spread the rows. */
    private record Spread(String name, int workers, int threads, long shuffleSeed) {
        List<Shard> shards(Feature feature) {
            List<TableMaker.RowValues> rows = shuffleSeed == 0 ? ROWS : TableMaker.shuffled(ROWS, shuffleSeed);
            return TableMaker.shards(rows, workers, feature.hasWeights(), feature.hasValidation());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Spread> SPREADS = List.of(
            new Spread("1 worker, 3 threads", 1, 3, 0),
            new Spread("2 workers, one empty", 2, 1, 0),
            new Spread("3 workers", 3, 1, 0),
            new Spread("1 worker, shuffled", 1, 2, 5),
            new Spread("3 workers, shuffled", 3, 2, 6),
            new Spread("7 workers, shuffled", 7, 1, 7));

    static Stream<Arguments> cells() {
        return features().flatMap(f -> SPREADS.stream().map(s -> Arguments.of(f, s)));
    }

    private static byte[] reference(Feature feature) {
        List<Shard> one = TableMaker.shards(ROWS, 1, feature.hasWeights(), feature.hasValidation());
        return TrainingThreads.train(feature.settings().build(), one, 1).model();
    }

    @ParameterizedTest(name = "{0} | {1}")
    @MethodSource("cells")
    void theModelIsTheSame(Feature feature, Spread spread) {
        byte[] model = TrainingThreads.train(feature.settings().build(), spread.shards(feature), spread.threads())
                .model();
        assertThat(model).isEqualTo(reference(feature));
    }

    @ParameterizedTest
    @MethodSource("features")
    void theModelHasLearnt(Feature feature) throws IOException {
        Forest forest = ForestCodec.read(new ByteArrayInputStream(reference(feature)));
        assertThat(forest.numTrees()).isPositive();
        double right = ROWS.stream()
                        .filter(r -> (forest.rawScore(r.features()) > 0) == (r.label() > 0.5f))
                        .count()
                / (double) ROWS.size();
        double ones =
                ROWS.stream().mapToDouble(TableMaker.RowValues::label).average().orElseThrow();
        assertThat(right).isGreaterThan(Math.max(ones, 1 - ones) + 0.03);
    }

    @ParameterizedTest
    @MethodSource("features")
    void goingOnAfterALostRankGivesTheSameModel(Feature feature) {
        BoostingSettings settings = feature.settings().build();
        List<Shard> two = TableMaker.shards(ROWS, 2, feature.hasWeights(), feature.hasValidation());
        TrainingThreads.Outcome whole = TrainingThreads.train(settings, two, 1);
        int half = whole.states().size() / 2;
        TrainingThreads.Outcome resumed = TrainingThreads.train(
                settings,
                TableMaker.shards(TableMaker.shuffled(ROWS, 9), 3, feature.hasWeights(), feature.hasValidation()),
                rank -> org.sparkmlext.kernels.Backends.open("cpu", org.sparkmlext.kernels.BackendOptions.threads(1))
                        .backend(),
                whole.states().subList(0, half));
        assertThat(resumed.model()).isEqualTo(whole.model());
        assertThat(resumed.states()).hasSize(whole.states().size() - half);
        assertThat(resumed.metrics())
                .isEqualTo(whole.metrics().subList(half, whole.metrics().size()));
    }

    @Test
    void anotherSeedGivesAnotherModelOnlyWhereSomethingIsSampled() {
        Feature sampled = features()
                .filter(f -> f.name().equals("row sampling"))
                .findFirst()
                .orElseThrow();
        Feature plain =
                features().filter(f -> f.name().equals("leaf-wise")).findFirst().orElseThrow();
        for (Feature feature : List.of(sampled, plain)) {
            // Before the seed: these settings change in place.
            byte[] reference = reference(feature);
            BoostingSettings other = feature.settings().withSeed(43).build();
            List<Shard> one = TableMaker.shards(ROWS, 1, feature.hasWeights(), feature.hasValidation());
            boolean isSame =
                    java.util.Arrays.equals(TrainingThreads.train(other, one, 1).model(), reference);
            assertThat(isSame).as(feature.name()).isEqualTo(feature == plain);
        }
    }
}
