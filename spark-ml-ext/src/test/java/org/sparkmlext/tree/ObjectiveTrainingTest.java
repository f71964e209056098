package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
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

    private static Forest forest(TrainingThreads.Outcome outcome) throws IOException {
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
    void goingOnFromAModelGivesWhatOneRunGives(Case given) throws IOException {
        List<Shard> shards = TableMaker.shards(given.rows(), 1, true, false);
        TestSettings settings =
                TestSettings.defaults().withObjective(given.objective()).withSubsampling(0.8);
        byte[] whole =
                TrainingThreads.train(settings.withTrees(9).build(), shards, 1).model();
        byte[] first =
                TrainingThreads.train(settings.withTrees(4).build(), shards, 1).model();
        byte[] both = TrainingThreads.train(
                        settings.withTrees(5).withInitialModel(first).build(), shards, 1)
                .model();
        assertThat(both).isEqualTo(whole);
    }

    @Test
    void aModelOfOtherFeaturesOrObjectiveIsNoStart() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        List<Shard> shards = TableMaker.shards(rows, 1, false, false);
        TestSettings squared = TestSettings.defaults().withTrees(2).withObjective(of(Objective.Kind.SQUARED));
        byte[] model = TrainingThreads.train(squared.build(), shards, 1).model();
        List<String> others = List.of("a", "b", "c", "d", "e", "f", "g");
        Shard renamed = new Shard(others, shards.get(0).training(), List.of());
        assertThatThrownBy(() ->
                        TrainingThreads.train(squared.withInitialModel(model).build(), List.of(renamed), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[x0, x1, x2, x3, x4, x5, x6]")
                .hasMessageContaining("[a, b, c, d, e, f, g]");
        assertThatThrownBy(() -> TrainingThreads.train(
                        squared.withObjective(of(Objective.Kind.ABSOLUTE)).build(), shards, 1))
                .hasMessageContaining("'squared'")
                .hasMessageContaining("'absolute'");
    }

    @Test
    void baseMarginsAreWhereTrainingStarts() throws IOException {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        Shard plain = TableMaker.shards(rows, 1, false, false).get(0);
        List<TableBlock> blocks = plain.training().stream()
                .map(b -> new TableBlock(
                        b.numRows(),
                        b.features(),
                        b.labels(),
                        null,
                        new float[][] {b.labels().clone()},
                        false))
                .toList();
        Shard perfect = new Shard(plain.featureNames(), blocks, List.of());
        TestSettings settings = TestSettings.defaults().withTrees(3).withObjective(of(Objective.Kind.SQUARED));
        TrainingThreads.Outcome outcome = TrainingThreads.train(settings.build(), List.of(perfect), 1);
        // The margins are the labels: nothing is left to learn, and there is no constant on top.
        assertThat(forest(outcome).numTrees()).isZero();
        assertThat(forest(outcome).baseScores()).containsExactly(0f);
    }

    @Test
    void aFarOutlierDoesNotDrownTheOtherRows() throws IOException {
        List<TableMaker.RowValues> rows = TableMaker.labelled(TableMaker.rows(4000, 5), TableMaker::number);
        double mean =
                rows.stream().mapToDouble(TableMaker.RowValues::label).average().orElseThrow();
        double deviation = Math.sqrt(rows.stream()
                .mapToDouble(r -> (r.label() - mean) * (r.label() - mean))
                .average()
                .orElseThrow());
        // A row of its own bin in feature 2, so that a tree can set it apart.
        float[] far = rows.get(0).features().clone();
        far[2] = 1e6f;
        List<TableMaker.RowValues> withOutlier = new ArrayList<>(rows);
        withOutlier.add(new TableMaker.RowValues(far, (float) (1e4 * deviation), 1, false));
        // So many rounds that the shift of the mean is unlearnt, and one leaf more, which the outlier takes.
        TestSettings settings = TestSettings.defaults()
                .withTrees(200)
                .withObjective(of(Objective.Kind.SQUARED))
                .withPenalties(0, 0, 0);
        double without = rmse(train(settings.withShape(GrowPolicy.LEAFWISE, -1, 15), rows, false), rows);
        double with = rmse(train(settings.withShape(GrowPolicy.LEAFWISE, -1, 16), withOutlier, false), rows);
        assertThat(with / without).isLessThanOrEqualTo(1.01);
    }

    private static double rmse(Forest forest, List<TableMaker.RowValues> rows) {
        return Math.sqrt(rows.stream()
                .mapToDouble(r -> Math.pow(forest.rawScore(r.features()) - r.label(), 2))
                .average()
                .orElseThrow());
    }

    @Test
    void aUsersOwnLossThatIsNotFiniteIsNamedWithRoundAndRow() {
        List<TableMaker.RowValues> rows = TableMaker.labelled(ROWS, TableMaker::number);
        List<Shard> shards = TableMaker.shards(rows, 1, false, false);
        CustomObjective broken = new CustomObjective((s, y) -> s == 0 ? -y : Double.NaN, (s, y) -> 1);
        TestSettings settings = TestSettings.defaults().withObjective(Objective.custom(broken));
        assertThatThrownBy(() -> TrainingThreads.train(settings.build(), shards, 1))
                .hasMessageContaining("gradient NaN")
                .hasMessageContaining("in round 1 for row 0 of rank 0");
        CustomObjective negative = new CustomObjective((s, y) -> s - y, (s, y) -> -1);
        assertThatThrownBy(() -> TrainingThreads.train(
                        settings.withObjective(Objective.custom(negative)).build(), shards, 1))
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
        TrainingThreads.Outcome outcome =
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
