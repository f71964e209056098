package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.RowMetric;

/**
 * The metrics of every round, as exact sums over all ranks, and what early stopping makes of them.
 *
 * <p>Decides on integers: of two rounds over the same rows, the smaller sum of losses is the better one; on a tie the
 * earlier round.
 */
final class MetricHistory {

    /** Metric names, as {@code validationMetric} takes them. */
    static final List<String> METRICS = List.of("logloss", "error");

    /** The same as the kernels know them. */
    static final List<RowMetric> ROW_METRICS =
            List.of(RowMetric.of(RowMetric.Kind.LOGLOSS), RowMetric.of(RowMetric.Kind.ERROR));

    /** Longs of the sums of the metrics over one set of rows: training rows come first, then validation rows. */
    static final int SET_LENGTH = MetricSums.length(ROW_METRICS);

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

    /** @param sums of training rows, then of validation rows, over all ranks, as {@link MetricSums} says */
    void add(long[] sums) {
        rounds.add(sums);
        int now = rounds.size() - 1;
        int at = SET_LENGTH + stoppingMetric * MetricSums.LIMBS;
        if (bestRound < 0 || MetricSums.compare(sums, at, rounds.get(bestRound), at) < 0) {
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
        putMeans("train-", sums, 0, metrics);
        if (hasValidation) {
            putMeans("validation-", sums, SET_LENGTH, metrics);
        }
        return metrics;
    }

    private static void putMeans(String prefix, long[] sums, int from, Map<String, Double> metrics) {
        double weight = MetricSums.value(sums, from + METRICS.size() * MetricSums.LIMBS);
        for (int m = 0; m < METRICS.size(); m++) {
            metrics.put(prefix + METRICS.get(m), MetricSums.value(sums, from + m * MetricSums.LIMBS) / weight);
        }
    }
}
