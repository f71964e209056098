package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrialReport;

/** A search on one binned table finds what trainings one by one would, bit for bit. */
class BoostingTrialsTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(2000, 3);

    private static final List<BoostingSettings> TRIALS = List.of(
            watchingAuc(TestSettings.defaults().withTrees(9)).build(),
            watchingAuc(TestSettings.defaults().withTrees(9).withSubsampling(0.7))
                    .build(),
            watchingAuc(TestSettings.defaults().withTrees(40).withPenalties(0.1, 0, 0))
                    .build(),
            watchingAuc(TestSettings.defaults().withTrees(9).withShape(GrowPolicy.DEPTHWISE, 3, 0))
                    .build(),
            watchingAuc(TestSettings.defaults().withTrees(9).withShape(GrowPolicy.LEAFWISE, 2, 0))
                    .build(),
            watchingAuc(TestSettings.defaults().withTrees(9).withLeafMinimum(1, 200))
                    .build());

    private static TestSettings watchingAuc(TestSettings settings) {
        return settings.withEarlyStopping(4, "auc");
    }

    private static List<Shard> shards(int workers) {
        return TableMaker.shards(ROWS, workers, true, true);
    }

    private static RankThreads.Outcome search(SearchPlan plan, int workers) {
        return RankThreads.train(new BoostingTrials(new BoostingTrials.Settings(TRIALS, plan)), shards(workers), 2);
    }

    private static List<TrialReport> reports(RankThreads.Outcome outcome) {
        return IntStream.range(0, outcome.metrics().size())
                .mapToObj(i -> TrialReport.of(new RoundReport(
                        i, outcome.metrics().size(), outcome.metrics().get(i), 0)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyTrialIsTheTrainingThatItWouldBeAlone(int workers) {
        RankThreads.Outcome found = search(SearchPlan.once(TRIALS.size(), true), workers);
        List<TrialReport> reports = reports(found);
        int best = 0;
        for (int trial = 0; trial < TRIALS.size(); trial++) {
            RankThreads.Outcome alone = TrainingThreads.train(TRIALS.get(trial), shards(1), 1);
            double[] aucs = alone.metrics().stream()
                    .mapToDouble(metrics -> metrics.get("validation-auc"))
                    .toArray();
            TrialReport report = reports.get(trial);
            assertThat(report.trial()).isEqualTo(trial);
            assertThat(report.value())
                    .isEqualTo(aucs[report.rounds() - 1])
                    .isEqualTo(IntStream.range(0, aucs.length)
                            .mapToDouble(i -> aucs[i])
                            .max()
                            .orElseThrow());
            best = report.value() > reports.get(best).value() ? trial : best;
        }
        BoostingTrials.Best winner = BoostingTrials.decode(found.model());
        assertThat(winner.trial()).isEqualTo(best);
        assertThat(winner.forest())
                .isEqualTo(TrainingThreads.train(TRIALS.get(best), shards(1), 1).model());
        // Or the test would show nothing of the order.
        assertThat(reports.stream().map(TrialReport::value).distinct()).hasSizeGreaterThan(3);
    }

    @Test
    void halvingGoesOnFromTheTreesThatThereAre() {
        SearchPlan plan = SearchPlan.halving(TRIALS.size(), 9, 2, true);
        assertThat(plan.rungs())
                .containsExactly(new SearchPlan.Rung(6, 2), new SearchPlan.Rung(3, 4), new SearchPlan.Rung(1, 9));
        RankThreads.Outcome found = search(plan, 2);
        List<TrialReport> reports = reports(found);
        assertThat(reports.stream().map(TrialReport::rung)).containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 1, 2);
        assertThat(reports.subList(0, 6)).allMatch(report -> report.rounds() <= 2);
        double third = reports.subList(0, 6).stream()
                .mapToDouble(TrialReport::value)
                .sorted()
                .toArray()[3];
        assertThat(reports.subList(6, 9))
                .allMatch(report -> reports.get(report.trial()).value() >= third);
        BoostingTrials.Best winner = BoostingTrials.decode(found.model());
        assertThat(winner.trial()).isEqualTo(reports.get(9).trial());
        assertThat(winner.forest())
                .isEqualTo(TrainingThreads.train(TRIALS.get(winner.trial()).withNumTrees(9), shards(1), 1)
                        .model());
    }

    @Test
    void aSearchThatWasCutOffGoesOnFromItsFinishedTurns() {
        SearchPlan plan = SearchPlan.halving(TRIALS.size(), 9, 3, true);
        RankThreads.Outcome whole = search(plan, 2);
        for (int finished : new int[] {1, 6, whole.states().size()}) {
            RankThreads.Outcome rest = RankThreads.train(
                    new BoostingTrials(new BoostingTrials.Settings(TRIALS, plan)),
                    shards(2),
                    rank -> Backends.open("cpu", BackendOptions.threads(1)).backend(),
                    whole.states().subList(0, finished));
            assertThat(rest.model()).isEqualTo(whole.model());
            assertThat(rest.states()).hasSize(whole.states().size() - finished);
        }
    }

    @Test
    void trialsOnOtherBinsAreRefused() {
        List<BoostingSettings> two = List.of(
                TestSettings.defaults().build(),
                TestSettings.defaults().withBins(31).build());
        assertThatThrownBy(() -> new BoostingTrials.Settings(two, SearchPlan.once(2, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBins");
    }
}
