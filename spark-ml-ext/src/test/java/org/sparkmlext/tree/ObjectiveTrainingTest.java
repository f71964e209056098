package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Every objective: the trainer against {@link NaiveBoosting}, warm start, base margins, users' own losses, bad input. */
class ObjectiveTrainingTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(240, 3);

    private record Case(Objective objective, ToDoubleFunction<TableMaker.RowValues> label, NaiveLoss... losses) {
        @Override
        public String toString() {
            return objective.kind().paramValue() + objective.parameters();
        }

        List<TableMaker.RowValues> rows() {
            return TableMaker.labelled(ROWS, label);
        }
    }

    private static Objective of(Objective.Kind kind, Double... parameters) {
        return Objective.of(kind, List.of(parameters));
    }

    private static double count(TableMaker.RowValues row) {
        return Math.rint(Math.abs(TableMaker.number(row)));
    }

    static Stream<Case> cases() {
        NaiveLoss[] levels = {NaiveLoss.quantile(0.2), NaiveLoss.quantile(0.5), NaiveLoss.quantile(0.9)};
        return Stream.of(
                new Case(of(Objective.Kind.LOGISTIC), TableMaker.RowValues::label, NaiveLoss.LOGISTIC),
                new Case(of(Objective.Kind.AUTO), TableMaker.RowValues::label, NaiveLoss.LOGISTIC),
                new Case(of(Objective.Kind.AUTO), TableMaker::fourClasses, NaiveLoss.softmax(4)),
                new Case(of(Objective.Kind.SOFTMAX), TableMaker::fourClasses, NaiveLoss.softmax(4)),
                new Case(of(Objective.Kind.SOFTMAX), TableMaker.RowValues::label, NaiveLoss.softmax(2)),
                new Case(of(Objective.Kind.SQUARED), TableMaker::number, NaiveLoss.SQUARED),
                new Case(of(Objective.Kind.ABSOLUTE), TableMaker::number, NaiveLoss.ABSOLUTE),
                new Case(of(Objective.Kind.HUBER, 1.5), TableMaker::number, NaiveLoss.huber(1.5)),
                new Case(of(Objective.Kind.QUANTILE, 0.2, 0.5, 0.9), TableMaker::number, levels),
                new Case(of(Objective.Kind.POISSON), ObjectiveTrainingTest::count, NaiveLoss.POISSON),
                new Case(of(Objective.Kind.GAMMA), r -> 0.1 + Math.abs(TableMaker.number(r)), NaiveLoss.GAMMA),
                new Case(of(Objective.Kind.TWEEDIE, 1.3), ObjectiveTrainingTest::count, NaiveLoss.tweedie(1.3)),
                new Case(
                        Objective.custom(new CustomObjective((s, y) -> s - y, (s, y) -> 1)),
                        TableMaker::number,
                        NaiveLoss.of((y, w) -> 0, (s, y) -> s - y, (s, y) -> 1, Double.NaN)));
    }

    private static Forest forest(RankThreads.Outcome outcome) throws IOException {
        return ForestCodec.read(new ByteArrayInputStream(outcome.model()));
    }

    private static Forest train(TestSettings settings, List<TableMaker.RowValues> rows, boolean hasWeights)
            throws IOException {
        return forest(TrainingThreads.train(settings.build(), TableMaker.shards(rows, 2, hasWeights, false), 2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheFormulas(Case given) throws IOException {
        for (boolean hasWeights : new boolean[] {false, true}) {
            TestSettings settings = TestSettings.defaults()
                    .withTrees(4)
                    .withObjective(given.objective())
                    .withShape(GrowPolicy.LEAFWISE, -1, 7);
            Forest forest = train(settings, given.rows(), hasWeights);
            List<double[]> wanted = new ArrayList<>();
            for (NaiveLoss loss : given.losses()) {
                wanted.addAll(List.of(new NaiveBoosting(settings.build(), given.rows(), hasWeights, loss).trainAll()));
            }
            assertThat(forest.numOutputs()).isEqualTo(wanted.size());
            for (int r = 0; r < ROWS.size(); r++) {
                float[] scores = forest.rawScores(ROWS.get(r).features());
                for (int k = 0; k < scores.length; k++) {
                    assertThat((double) scores[k])
                            .as("row %d, output %d, weights %s", r, k, hasWeights)
                            .isCloseTo(wanted.get(k)[r], within(2e-4 * (1 + Math.abs(wanted.get(k)[r]))));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goingOnFromAModelGivesWhatOneRunGives(Case given) {
        TestSettings settings =
                TestSettings.defaults().withObjective(given.objective()).withSubsampling(0.8);
        byte[] whole = model(settings.withTrees(9), given);
        byte[] first = model(settings.withTrees(4), given);
        assertThat(model(settings.withTrees(5).withInitialModel(first), given)).isEqualTo(whole);
    }

    private static byte[] model(TestSettings settings, Case given) {
        return TrainingThreads.train(settings.build(), TableMaker.shards(given.rows(), 1, true, false), 1)
                .model();
    }

    @Test
    void aModelOfOtherFeaturesOrObjectiveIsNoStart() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        TestSettings squared = TestSettings.defaults().withTrees(2).withObjective(of(Objective.Kind.SQUARED));
        byte[] model = TrainingThreads.train(squared.build(), TableMaker.shards(rows, 1, false, false), 1)
                .model();
        List<String> others = List.of("a", "b", "c", "d", "e", "f", "g");
        Shard renamed = new Shard(
                others, TableMaker.shards(rows, 1, false, false).get(0).training(), List.of());
        assertThatThrownBy(() ->
                        TrainingThreads.train(squared.withInitialModel(model).build(), List.of(renamed), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[x0, x1, x2, x3, x4, x5, x6]")
                .hasMessageContaining("[a, b, c, d, e, f, g]");
        assertThatThrownBy(() -> TrainingThreads.train(
                        squared.withObjective(of(Objective.Kind.ABSOLUTE)).build(),
                        TableMaker.shards(rows, 1, false, false),
                        1))
                .hasMessageContaining("'squared'")
                .hasMessageContaining("'absolute'");
    }

    @Test
    void baseMarginsAreWhereTrainingStarts() throws IOException {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        Shard perfect = withMargins(TableMaker.shards(rows, 1, false, false).get(0), float[]::clone);
        TestSettings settings = TestSettings.defaults().withTrees(3).withObjective(of(Objective.Kind.SQUARED));
        RankThreads.Outcome outcome = TrainingThreads.train(settings.build(), List.of(perfect), 1);
        // The margins are the labels: nothing is left to learn, and there is no constant on top.
        assertThat(forest(outcome).numTrees()).isZero();
        assertThat(forest(outcome).baseScores()).containsExactly(0f);
    }

    @Test
    void aFarOutlierDoesNotDrownTheOtherRows() throws IOException {
        // The mean over tables: which of two equal splits comes first moves a single one by some per cent either way.
        int tables = 12;
        double logRatio = 0;
        for (int table = 0; table < tables; table++) {
            List<TableMaker.RowValues> rows =
                    TableMaker.labelled(TableMaker.rows(2000, 50 + table), TableMaker::number);
            double mean = rows.stream()
                    .mapToDouble(TableMaker.RowValues::label)
                    .average()
                    .orElseThrow();
            double deviation = Math.sqrt(rows.stream()
                    .mapToDouble(r -> (r.label() - mean) * (r.label() - mean))
                    .average()
                    .orElseThrow());
            // Feature 6 is the same in all other rows: the row has a bin of its own, and one split sets it apart.
            float[] far = rows.get(0).features().clone();
            far[6] = 1e6f;
            List<TableMaker.RowValues> withOutlier = new ArrayList<>(rows);
            withOutlier.add(new TableMaker.RowValues(far, (float) (1e4 * deviation), 1, false));
            // All start from the mean of the others, which the outlier would shift; and it takes one leaf for itself.
            TestSettings settings = TestSettings.defaults()
                    .withTrees(50)
                    .withObjective(of(Objective.Kind.SQUARED))
                    .withPenalties(0, 0, 0);
            double without = rmse(settings.withShape(GrowPolicy.LEAFWISE, -1, 15), rows, rows, (float) mean);
            double with = rmse(settings.withShape(GrowPolicy.LEAFWISE, -1, 16), withOutlier, rows, (float) mean);
            logRatio += Math.log(with / without) / tables;
        }
        assertThat(Math.exp(logRatio)).isLessThanOrEqualTo(1.01);
    }

    private static double rmse(
            TestSettings settings, List<TableMaker.RowValues> train, List<TableMaker.RowValues> rows, float margin)
            throws IOException {
        Shard shard = withMargins(TableMaker.shards(train, 1, false, false).get(0), labels -> {
            float[] margins = new float[labels.length];
            Arrays.fill(margins, margin);
            return margins;
        });
        Forest forest = forest(TrainingThreads.train(settings.build(), List.of(shard), 2));
        return Math.sqrt(rows.stream()
                .mapToDouble(r -> Math.pow(margin + forest.rawScore(r.features()) - r.label(), 2))
                .average()
                .orElseThrow());
    }

    @Test
    void aStartFarFromTheBestConstantIsLeftBehind() throws IOException {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, r -> 1000 + r.label());
        TestSettings settings = TestSettings.defaults()
                .withTrees(150)
                .withObjective(Objective.custom(new CustomObjective((s, y) -> s - y, (s, y) -> 1)));
        // Far from all labels every split costs more than it gains: a round of one leaf must go on all the same.
        Forest forest = train(settings, rows, false);
        assertThat(forest.nodes().features()[0]).isEqualTo(-1);
        for (TableMaker.RowValues row : rows) {
            assertThat(forest.rawScore(row.features())).isCloseTo(1000.5f, within(0.7f));
        }
    }

    @Test
    void numbersOfAnySizeHaveTheirMean() throws IOException {
        for (float scale : new float[] {0x1p-70f, 0x1p-30f, 1f, 0x1p90f}) {
            List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, r -> scale * (1 + r.label()));
            double mean = rows.stream()
                    .mapToDouble(TableMaker.RowValues::label)
                    .average()
                    .orElseThrow();
            Forest forest =
                    train(TestSettings.defaults().withTrees(1).withObjective(of(Objective.Kind.SQUARED)), rows, false);
            assertThat(forest.baseScores()[0] / mean)
                    .as("labels around %s", scale)
                    .isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void whatCannotBeWatchedIsRefused() {
        List<TableMaker.RowValues> oneClass = ROWS.stream()
                .map(r -> new TableMaker.RowValues(r.features(), r.label(), 1, r.isValidation() && r.label() == 0))
                .toList();
        assertThatThrownBy(() -> TrainingThreads.train(
                        TestSettings.defaults().withEarlyStopping(3, "auc").build(),
                        TableMaker.shards(oneClass, 2, false, true),
                        1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("single class");
        TestSettings several = TestSettings.defaults()
                .withObjective(of(Objective.Kind.QUANTILE, 0.1, 0.9))
                .withCustomMetric(new CustomMetric("own", (s, y) -> 1));
        assertThatThrownBy(() -> TrainingThreads.train(several.build(), TableMaker.shards(ROWS, 1, false, false), 1))
                .hasMessageContaining("'own'")
                .hasMessageContaining("has 2 here");
    }

    @Test
    void aVerySmallLevelIsWatchedToo() {
        NamedMetric small = new NamedMetric("pinball-" + 5e-4, new RowMetric(RowMetric.Kind.PINBALL, 5e-4));
        assertThat(small.isMeantBy("pinball")).isTrue();
        assertThat(small.isMeantBy("pin")).isFalse();
        assertThat(NamedMetric.of("poisson-deviance", RowMetric.Kind.POISSON_DEVIANCE)
                        .isMeantBy("poisson"))
                .isFalse();
    }

    private static Shard withMargins(Shard shard, UnaryOperator<float[]> marginsOfLabels) {
        List<TableBlock> blocks = shard.training().stream()
                .map(b -> new TableBlock(
                        b.numRows(),
                        b.features(),
                        b.labels(),
                        null,
                        new float[][] {marginsOfLabels.apply(b.labels())},
                        false))
                .toList();
        return new Shard(shard.featureNames(), blocks, List.of());
    }

    @Test
    void aUsersOwnLossThatIsNotFiniteIsNamedWithRoundAndRow() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        CustomObjective broken = new CustomObjective((s, y) -> s == 0 ? -y : Double.NaN, (s, y) -> 1);
        TestSettings settings = TestSettings.defaults().withObjective(Objective.custom(broken));
        assertThatThrownBy(() -> TrainingThreads.train(settings.build(), TableMaker.shards(rows, 1, false, false), 1))
                .hasMessageContaining("gradient NaN")
                .hasMessageContaining("in round 1 for row 0 of rank 0");
        CustomObjective negative = new CustomObjective((s, y) -> s - y, (s, y) -> -1);
        assertThatThrownBy(() -> TrainingThreads.train(
                        settings.withObjective(Objective.custom(negative)).build(),
                        TableMaker.shards(rows, 1, false, false),
                        1))
                .hasMessageContaining("hessian -1.0 in round 0");
    }

    @Test
    void aUsersOwnMetricIsReportedAndWatched() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        TestSettings settings = TestSettings.defaults()
                .withTrees(40)
                .withObjective(of(Objective.Kind.SQUARED))
                .withCustomMetric(new CustomMetric("far", (s, y) -> Math.abs(s - y) > 1 ? 1 : 0))
                .withEarlyStopping(3, "far");
        RankThreads.Outcome outcome =
                TrainingThreads.train(settings.build(), TableMaker.shards(rows, 3, true, true), 1);
        List<Double> course =
                outcome.metrics().stream().map(m -> m.get("validation-far")).toList();
        assertThat(course).hasSizeLessThan(40);
        double best = course.stream().min(Double::compare).orElseThrow();
        assertThat(course.indexOf(best)).isEqualTo(course.size() - 4);
        assertThat(outcome.metrics().get(0)).containsKeys("train-rmse", "train-far", "validation-mae");
    }

    @Test
    void classesThatNoRowHasAreNamed() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, r -> TableMaker.fourClasses(r) * 2);
        assertThatThrownBy(() -> TrainingThreads.train(
                        TestSettings.defaults()
                                .withObjective(of(Objective.Kind.AUTO))
                                .build(),
                        TableMaker.shards(rows, 2, false, false),
                        1))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("1, 3, 5");
    }
}
