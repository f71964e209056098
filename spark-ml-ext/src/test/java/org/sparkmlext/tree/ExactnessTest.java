package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.testing.RankThreads;

/**
 * The promise of one model, bit for bit: every feature of the trainer (rows of the table) against every way to spread and
 * order the same rows (columns). A new feature is a new row.
 */
class ExactnessTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(3000, 11);

    /** Few enough values that trainings go on sparse rows, also where one of twelve blocks is dense. */
    private static final List<TableMaker.RowValues> SPARSE_ROWS = TableMaker.withSparseFeatures(ROWS, 60);

    /** Of mapped files. */
    @TempDir
    private static Path directory;

    private static final byte[] FIRST_ROUNDS = TrainingThreads.train(
                    TestSettings.defaults().withTrees(3).withSubsampling(0.7).build(),
                    TableMaker.shards(ROWS, 1, true, true),
                    1)
            .model();

    /** A feature: its settings, and whether rows carry weights and validation rows. */
    private record Feature(
            String name,
            TestSettings settings,
            boolean hasWeights,
            boolean hasValidation,
            ToDoubleFunction<TableMaker.RowValues> label) {

        Feature(String name, TestSettings settings, boolean hasWeights, boolean hasValidation) {
            this(name, settings, hasWeights, hasValidation, TableMaker.RowValues::label);
        }

        static Feature of(Objective.Kind kind, List<Double> parameters, ToDoubleFunction<TableMaker.RowValues> label) {
            TestSettings settings = TestSettings.defaults()
                    .withTrees(6)
                    .withObjective(Objective.of(kind, parameters))
                    .withSubsampling(0.9);
            return new Feature(kind.paramValue(), settings, true, true, label);
        }

        List<Shard> shards(List<TableMaker.RowValues> rows, int workers) {
            return TableMaker.shards(TableMaker.labelled(rows, label), workers, hasWeights, hasValidation);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Feature> features() {
        TestSettings[] plain = Stream.generate(TestSettings::defaults).limit(16).toArray(TestSettings[]::new);
        return Stream.of(
                new Feature("leaf-wise", plain[0], false, false),
                new Feature("depth-wise", plain[1].withShape(GrowPolicy.DEPTHWISE, 4, 0), false, false),
                new Feature("depth-wise, few leaves", plain[2].withShape(GrowPolicy.DEPTHWISE, 6, 11), false, false),
                new Feature("leaf-wise, no leaf limit", plain[3].withShape(GrowPolicy.LEAFWISE, 5, 0), false, false),
                new Feature("weights", plain[4], true, false),
                new Feature("validation rows", plain[5], false, true),
                new Feature("early stopping", plain[6].withTrees(60).withEarlyStopping(12, "error"), true, true),
                new Feature("many bins", TestSettings.defaults().withBins(1000), true, true),
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
                        true),
                new Feature("warm start", plain[15].withSubsampling(0.7).withInitialModel(FIRST_ROUNDS), true, true),
                new Feature("auc", plain[14].withTrees(30).withEarlyStopping(5, "auc"), true, true),
                Feature.of(Objective.Kind.SOFTMAX, List.of(), TableMaker::fourClasses),
                Feature.of(Objective.Kind.SQUARED, List.of(), TableMaker::number),
                Feature.of(Objective.Kind.ABSOLUTE, List.of(), TableMaker::number),
                Feature.of(Objective.Kind.HUBER, List.of(0.7), TableMaker::number),
                Feature.of(Objective.Kind.QUANTILE, List.of(0.1, 0.9), TableMaker::number),
                Feature.of(Objective.Kind.POISSON, List.of(), r -> Math.rint(Math.abs(TableMaker.number(r)))),
                Feature.of(Objective.Kind.GAMMA, List.of(), r -> 0.1 + Math.abs(TableMaker.number(r))),
                Feature.of(Objective.Kind.TWEEDIE, List.of(1.5), r -> Math.rint(Math.abs(TableMaker.number(r)))));
    }

    /** A way to spread the rows. */
    private record Spread(String name, int workers, int threads, long shuffleSeed, boolean isMapped) {
        Spread(String name, int workers, int threads, long shuffleSeed) {
            this(name, workers, threads, shuffleSeed, false);
        }

        RankThreads.Outcome train(Feature feature) {
            BoostingSettings settings = feature.settings().build();
            return isMapped
                    ? MappedShards.train(settings, shards(feature), threads, directory)
                    : TrainingThreads.train(settings, shards(feature), threads);
        }

        List<Shard> shards(Feature feature) {
            List<TableMaker.RowValues> rows = shuffleSeed == 0 ? ROWS : TableMaker.shuffled(ROWS, shuffleSeed);
            return feature.shards(rows, workers);
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
            new Spread("7 workers, shuffled", 7, 1, 7),
            new Spread("mapped", 3, 2, 8, true));

    /** A way to spread the rows, most of whose values are absent. */
    private record SparseSpread(String name, int workers, int denseEvery, boolean isZeroMissing, long shuffleSeed) {
        /** The rows as the feature labels them: labels come from zeros that are still there. */
        List<TableMaker.RowValues> rows(Feature feature) {
            List<TableMaker.RowValues> labelled = TableMaker.labelled(SPARSE_ROWS, feature.label());
            return isZeroMissing ? TableMaker.withMissingZeros(labelled) : labelled;
        }

        List<Shard> denseShard(Feature feature) {
            return TableMaker.shards(rows(feature), 1, feature.hasWeights(), feature.hasValidation());
        }

        List<Shard> shards(Feature feature) {
            List<TableMaker.RowValues> rows = TableMaker.shuffled(rows(feature), shuffleSeed);
            List<Shard> dense = TableMaker.shards(rows, workers, feature.hasWeights(), feature.hasValidation());
            return TableMaker.sparse(dense, isZeroMissing ? Float.NaN : 0, denseEvery);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<SparseSpread> SPARSE_SPREADS = List.of(
            new SparseSpread("sparse, 1 worker", 1, 0, false, 1),
            new SparseSpread("sparse, 1 worker, zeros missing", 1, 0, true, 2),
            new SparseSpread("a few dense blocks, 1 worker", 1, 12, false, 3),
            new SparseSpread("sparse, 2 workers, one empty", 2, 0, false, 4),
            new SparseSpread("a few dense blocks, 3 workers, zeros missing", 3, 12, true, 5),
            new SparseSpread("a few dense blocks, 5 workers", 5, 14, false, 6),
            new SparseSpread("half of the blocks dense, 3 workers", 3, 2, false, 7));

    static Stream<Arguments> sparseCells() {
        return features().flatMap(f -> SPARSE_SPREADS.stream().map(s -> Arguments.of(f, s)));
    }

    /** What a single rank makes of the same rows in dense blocks. */
    @ParameterizedTest(name = "{0} | {1}")
    @MethodSource("sparseCells")
    void theModelOfSparseRowsIsTheSame(Feature feature, SparseSpread spread) {
        TestSettings settings = feature.settings();
        if (feature.name().equals("warm start")) {
            settings.withInitialModel(train(TestSettings.defaults().withTrees(3), spread.denseShard(feature)));
        }
        byte[] model = train(settings, spread.shards(feature));
        // Not an assertion on arrays, which would print them.
        assertThat(Arrays.equals(model, train(settings, spread.denseShard(feature))))
                .isTrue();
    }

    /** As the rows of a sorted table may do: one rank has nothing but zeros. */
    @Test
    void aRankWhoseRowsStoreNothingTrainsWithTheOthers() {
        List<TableMaker.RowValues> zeros = SPARSE_ROWS.subList(0, 400).stream()
                .map(r -> new TableMaker.RowValues(new float[r.features().length], r.label(), r.weight(), false))
                .toList();
        List<TableMaker.RowValues> all = new ArrayList<>(SPARSE_ROWS);
        all.addAll(zeros);
        List<Shard> two = new ArrayList<>(TableMaker.shards(SPARSE_ROWS, 1, true, true));
        two.addAll(TableMaker.shards(zeros, 1, true, true));
        byte[] model = train(TestSettings.defaults(), TableMaker.sparse(two, 0, 0));
        byte[] expected = train(TestSettings.defaults(), TableMaker.shards(all, 1, true, true));
        assertThat(Arrays.equals(model, expected)).isTrue();
    }

    /** Also where one byte value means missing. */
    @Test
    void bytesGiveTheModelOfTheSameNumbersAsFloats() {
        for (float missing : new float[] {Float.NaN, 5f}) {
            SplittableRandom random = new SplittableRandom(4);
            int numRows = 2000;
            byte[] bytes = new byte[numRows * 6];
            float[] labels = new float[numRows];
            for (int r = 0; r < numRows; r++) {
                for (int f = 0; f < 6; f++) {
                    bytes[r * 6 + f] = (byte) random.nextInt(f < 3 ? 256 : 9);
                }
                labels[r] = (bytes[r * 6] & 0xff) > 100 ^ bytes[r * 6 + 3] > 4 ? 1 : 0;
            }
            ByteFeatures all = new ByteFeatures(6, numRows, missing, bytes);
            float[][] columns = new float[6][];
            Arrays.setAll(columns, all::column);
            TableBlock asBytes = new TableBlock(numRows, all, labels, null, null, false);
            TableBlock asFloats = new TableBlock(numRows, columns, labels, null, false);
            List<Shard> two = List.of(ofBlock(asBytes.slice(0, 700)), ofBlock(asBytes.slice(700, numRows)));
            TestSettings settings = TestSettings.defaults().withSubsampling(0.7);
            byte[] model = train(settings, two);
            assertThat(Arrays.equals(model, train(settings, List.of(ofBlock(asFloats)))))
                    .isTrue();
        }
    }

    private static Shard ofBlock(TableBlock block) {
        return new Shard(List.of("a", "b", "c", "d", "e", "f"), List.of(block), List.of());
    }

    private static byte[] train(TestSettings settings, List<Shard> shards) {
        return TrainingThreads.train(settings.build(), shards, 2).model();
    }

    static Stream<Arguments> cells() {
        return features().flatMap(f -> SPREADS.stream().map(s -> Arguments.of(f, s)));
    }

    private static byte[] reference(Feature feature) {
        List<Shard> one = feature.shards(ROWS, 1);
        return TrainingThreads.train(feature.settings().build(), one, 1).model();
    }

    @ParameterizedTest(name = "{0} | {1}")
    @MethodSource("cells")
    void theModelIsTheSame(Feature feature, Spread spread) {
        byte[] model = spread.train(feature).model();
        assertThat(model).isEqualTo(reference(feature));
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("features")
    void theModelHasLearnt(Feature feature) {
        List<Map<String, Double>> metrics = TrainingThreads.train(
                        feature.settings().build(), feature.shards(ROWS, 1), 1)
                .metrics();
        for (String metric : metrics.get(0).keySet()) {
            if (metric.startsWith("train-") && !metric.equals("train-error")) {
                double first = metrics.get(0).get(metric);
                assertThat(metrics.get(metrics.size() - 1).get(metric))
                        .as(metric)
                        .isLessThan(0.97 * first);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("features")
    void goingOnAfterALostRankGivesTheSameModel(Feature feature) {
        BoostingSettings settings = feature.settings().build();
        List<Shard> two = feature.shards(ROWS, 2);
        RankThreads.Outcome whole = TrainingThreads.train(settings, two, 1);
        int half = whole.states().size() / 2;
        RankThreads.Outcome resumed = TrainingThreads.train(
                settings,
                feature.shards(TableMaker.shuffled(ROWS, 9), 3),
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
            byte[] expected = reference(feature);
            BoostingSettings other = feature.settings().withSeed(43).build();
            List<Shard> one = feature.shards(ROWS, 1);
            boolean isSame = Arrays.equals(TrainingThreads.train(other, one, 1).model(), expected);
            assertThat(isSame).as(feature.name()).isEqualTo(feature == plain);
        }
    }

    @Test
    void rowsThatDifferInTheirBaseMarginAloneAreToldApart() {
        // Few distinct features and one label: which of such rows a tree sees must not depend on their order.
        List<float[]> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(8);
        for (int r = 0; r < 600; r++) {
            rows.add(new float[] {random.nextInt(3), random.nextInt(2), random.nextInt(100)});
        }
        BoostingSettings settings = TestSettings.defaults()
                .withTrees(5)
                .withObjective(Objective.of(Objective.Kind.POISSON))
                .withSubsampling(0.6)
                .build();
        byte[] expected =
                TrainingThreads.train(settings, List.of(marginShard(rows)), 1).model();
        Collections.shuffle(rows, new Random(3));
        List<Shard> two = List.of(marginShard(rows.subList(0, 250)), marginShard(rows.subList(250, 600)));
        assertThat(TrainingThreads.train(settings, two, 1).model()).isEqualTo(expected);
    }

    /** Two features, a label that follows from the first, and a margin. */
    private static Shard marginShard(List<float[]> rows) {
        int n = rows.size();
        float[][] features = new float[2][n];
        float[] labels = new float[n];
        float[][] margins = new float[1][n];
        for (int r = 0; r < n; r++) {
            features[0][r] = rows.get(r)[0];
            features[1][r] = rows.get(r)[1];
            labels[r] = rows.get(r)[0];
            margins[0][r] = rows.get(r)[2] / 100;
        }
        return new Shard(
                List.of("a", "b"),
                List.of(new TableBlock(n, new DenseFeatures(features), labels, null, margins, false)),
                List.of());
    }
}
