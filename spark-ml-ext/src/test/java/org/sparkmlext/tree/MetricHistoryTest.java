package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.tree.MetricSums;

class MetricHistoryTest {

    private static MetricHistory history(int earlyStoppingRounds, String metric, boolean hasValidation) {
        BoostingSettings settings = TestSettings.defaults()
                .withEarlyStopping(earlyStoppingRounds, metric)
                .build();
        return new MetricHistory(settings, plan(settings), hasValidation);
    }

    private static MetricPlan plan(BoostingSettings settings) {
        return new MetricPlan(
                settings, settings.objective(), settings.objective().groups(1));
    }

    private static long[] validation(long logloss, long error) {
        long[] sums = new long[6 * MetricSums.LIMBS];
        double[] terms = {30, 20, 100, logloss, error, 50};
        for (int i = 0; i < terms.length; i++) {
            MetricSums.add(terms[i], sums, i * MetricSums.LIMBS);
        }
        return sums;
    }

    @Test
    void stopsAfterRoundsWithoutImprovementAndKeepsTheBest() {
        MetricHistory history = history(2, "logloss", true);
        long[] losses = {50, 40, 45, 40};
        for (int round = 0; round < losses.length; round++) {
            assertThat(history.shouldStop()).as("before round %d", round).isFalse();
            history.add(validation(losses[round], 0));
        }
        assertThat(history.shouldStop()).isTrue();
        // Round 3 ties with round 1: the earlier one is kept.
        assertThat(history.roundsToKeep()).isEqualTo(2);
    }

    @Test
    void looksAtTheMetricItWasGiven() {
        MetricHistory history = history(1, "error", true);
        history.add(validation(50, 5));
        history.add(validation(40, 6));
        assertThat(history.shouldStop()).isTrue();
        assertThat(history.roundsToKeep()).isEqualTo(1);
    }

    @Test
    void keepsAllTreesWithoutValidationRowsOrWithoutEarlyStopping() {
        for (MetricHistory history : new MetricHistory[] {history(1, "logloss", false), history(0, "logloss", true)}) {
            history.add(validation(1, 1));
            history.add(validation(2, 1));
            history.add(validation(3, 1));
            assertThat(history.shouldStop()).isFalse();
            assertThat(history.roundsToKeep()).isEqualTo(3);
        }
    }

    @Test
    void metricsAreMeansByName() {
        MetricHistory history = history(0, "logloss", true);
        history.add(validation(25, 10));
        assertThat(history.latest())
                .containsEntry("train-logloss", 0.3)
                .containsEntry("train-error", 0.2)
                .containsEntry("validation-logloss", 0.5)
                .containsEntry("validation-error", 0.2);
    }

    @Test
    void anUnknownMetricIsRefusedByName() {
        assertThatThrownBy(() -> history(1, "rmse", true))
                .hasMessageContaining("'rmse'")
                .hasMessageContaining("logloss, error, auc, prauc");
    }

    @Test
    void anAreaUnderACurveIsBetterWhenLarger() {
        MetricHistory history = history(2, "auc", true);
        for (double auc : new double[] {0.6, 0.8, 0.7, 0.8}) {
            long[] round = java.util.Arrays.copyOf(validation(1, 1), 6 * MetricSums.LIMBS + 2);
            round[6 * MetricSums.LIMBS] = Double.doubleToLongBits(auc);
            history.add(round);
        }
        assertThat(history.shouldStop()).isTrue();
        assertThat(history.roundsToKeep()).isEqualTo(2);
        assertThat(history.latest()).containsEntry("validation-auc", 0.8);
    }

    @Test
    void pinballMeansTheSumOverAllLevels() {
        BoostingSettings settings = TestSettings.defaults()
                .withObjective(Objective.of(Objective.Kind.QUANTILE, List.of(0.1, 0.9)))
                .withEarlyStopping(1, "auto")
                .build();
        MetricPlan plan = new MetricPlan(
                settings, settings.objective(), settings.objective().groups(2));
        MetricHistory history = new MetricHistory(settings, plan, true);
        double[][] rounds = {{4, 9}, {5, 7}, {3, 9.5}};
        for (double[] pinballs : rounds) {
            long[] sums = new long[plan.length()];
            for (int set = 0; set < 2; set++) {
                for (int level = 0; level < 2; level++) {
                    int at = set * plan.setLength() + plan.groupStart(level);
                    MetricSums.add(pinballs[level], sums, at);
                    MetricSums.add(10, sums, at + MetricSums.LIMBS);
                }
            }
            history.add(sums);
        }
        // 13, 12, 12.5: the second is the best, though neither level is best there on its own.
        assertThat(history.shouldStop()).isTrue();
        assertThat(history.roundsToKeep()).isEqualTo(2);
        assertThat(history.latest())
                .containsEntry("validation-pinball-0.1", 0.3)
                .containsEntry("train-pinball-0.9", 0.95);
    }
}
