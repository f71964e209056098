package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.tree.MetricSums;

class MetricHistoryTest {

    private static MetricHistory history(int earlyStoppingRounds, String metric, boolean hasValidation) {
        return new MetricHistory(
                TestSettings.defaults()
                        .withEarlyStopping(earlyStoppingRounds, metric)
                        .build(),
                hasValidation);
    }

    private static long[] validation(long logloss, long error) {
        long[] sums = new long[2 * MetricHistory.SET_LENGTH];
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
        assertThat(history.treesToKeep()).isEqualTo(2);
    }

    @Test
    void looksAtTheMetricItWasGiven() {
        MetricHistory history = history(1, "error", true);
        history.add(validation(50, 5));
        history.add(validation(40, 6));
        assertThat(history.shouldStop()).isTrue();
        assertThat(history.treesToKeep()).isEqualTo(1);
    }

    @Test
    void keepsAllTreesWithoutValidationRowsOrWithoutEarlyStopping() {
        for (MetricHistory history : new MetricHistory[] {history(1, "logloss", false), history(0, "logloss", true)}) {
            history.add(validation(1, 1));
            history.add(validation(2, 1));
            history.add(validation(3, 1));
            assertThat(history.shouldStop()).isFalse();
            assertThat(history.treesToKeep()).isEqualTo(3);
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
        assertThatThrownBy(() -> history(1, "auc", true))
                .hasMessageContaining("'auc'")
                .hasMessageContaining("logloss, error");
    }
}
