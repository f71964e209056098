package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of every round, as exact sums over all ranks, and what early stopping makes of them.
 *
 * <p>Decides on integers: of two rounds over the same rows, the smaller sum of losses is the better one; on a tie the
 * earlier round.
 */
final class MetricHistory {

    /** Metric names, as {@code validationMetric} takes them. */
    static final List<String> METRICS = List.of("logloss", "error");

    private final int stoppingMetric;
    private final int earlyStoppingRounds;
    private final boolean hasValidation;
    private final List<long[]> rounds = new ArrayList<>();
    private int bestRound = -1;

    MetricHistory(BoostingSettings settings, boolean hasValidation) {
        this.stoppingMetric = METRICS.indexOf(settings.validationMetric());
        if (stoppingMetric < 0) {
            throw new IllegalArgumentException("validationMetric is '" + settings.validationMetric() + "'; allowed: "
                    + String.join(", ", METRICS));
        }
        this.earlyStoppingRounds = settings.earlyStoppingRounds();
        this.hasValidation = hasValidation;
    }

    /** @param sums training loss, errors and weight, then the same of validation rows, as the kernels give them */
    void add(long[] sums) {
        rounds.add(sums);
        int now = rounds.size() - 1;
        if (bestRound < 0 || sums[3 + stoppingMetric] < rounds.get(bestRound)[3 + stoppingMetric]) {
            bestRound = now;
        }
    }

    /** Whether no round has been better for long enough. */
    boolean shouldStop() {
        return isStoppingEarly() && rounds.size() - 1 - bestRound >= earlyStoppingRounds;
    }

    /** Trees to keep: up to the best round where early stopping is on, else all. */
    int treesToKeep() {
        return isStoppingEarly() ? bestRound + 1 : rounds.size();
    }

    private boolean isStoppingEarly() {
        return earlyStoppingRounds > 0 && hasValidation;
    }

    /** The last round's metrics by name: {@code train-logloss}, ..., {@code validation-error}. */
    Map<String, Double> latest() {
        long[] sums = rounds.get(rounds.size() - 1);
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int m = 0; m < METRICS.size(); m++) {
            metrics.put("train-" + METRICS.get(m), (double) sums[m] / sums[2]);
        }
        if (hasValidation) {
            for (int m = 0; m < METRICS.size(); m++) {
                metrics.put("validation-" + METRICS.get(m), (double) sums[3 + m] / sums[5]);
            }
        }
        return metrics;
    }
}
