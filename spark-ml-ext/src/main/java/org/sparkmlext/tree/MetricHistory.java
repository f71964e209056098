package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.kernels.tree.MetricSums;

/**
 * The metrics of every round, as exact sums over all ranks, and what early stopping makes of them.
 *
 * <p>Decides on integers: of two rounds over the same rows, the smaller sum of losses is the better one (of areas under
 * curves, the larger area); on a tie the earlier round.
 */
final class MetricHistory {

    private static final String VALIDATION = "validation-";

    private final MetricPlan plan;
    private final int earlyStoppingRounds;
    private final boolean hasValidation;
    private final List<long[]> rounds = new ArrayList<>();
    private int bestRound = -1;

    MetricHistory(BoostingSettings settings, MetricPlan plan, boolean hasValidation) {
        this.plan = plan;
        this.earlyStoppingRounds = settings.earlyStoppingRounds();
        this.hasValidation = hasValidation;
    }

    /** @param round over all ranks, as {@link MetricPlan} lays it out */
    void add(long[] round) {
        if (round.length != plan.length()) {
            throw new IllegalArgumentException("the metrics of a round have " + round.length
                    + " longs; this run's have " + plan.length() + ": the round is of another run");
        }
        rounds.add(round);
        int now = rounds.size() - 1;
        if (bestRound < 0 || isBetter(round, rounds.get(bestRound))) {
            bestRound = now;
        }
    }

    private boolean isBetter(long[] round, long[] than) {
        if (plan.hasRanking()) {
            int at = plan.sumsLength() + (plan.watched().equals(MetricPlan.AUC) ? 0 : 1);
            return Double.longBitsToDouble(round[at]) > Double.longBitsToDouble(than[at]);
        }
        return MetricSums.compare(watchedSum(round), 0, watchedSum(than), 0) < 0;
    }

    /** Limbs of the watched metric over the validation rows; of several of the name, their sum. */
    private long[] watchedSum(long[] round) {
        long[] sum = new long[MetricSums.LIMBS];
        CustomMetric custom = plan.custom();
        if (custom != null && custom.name().equals(plan.watched())) {
            addLimbs(round, plan.setLength() + plan.customStart(), sum);
            return sum;
        }
        for (int g = 0; g < plan.groups().size(); g++) {
            List<NamedMetric> metrics = plan.groups().get(g).metrics();
            for (int m = 0; m < metrics.size(); m++) {
                if (metrics.get(m).isMeantBy(plan.watched())) {
                    addLimbs(round, plan.setLength() + plan.groupStart(g) + m * MetricSums.LIMBS, sum);
                }
            }
        }
        return sum;
    }

    private static void addLimbs(long[] round, int from, long[] sum) {
        for (int limb = 0; limb < MetricSums.LIMBS; limb++) {
            sum[limb] += round[from + limb];
        }
    }

    /** Whether no round has been better for long enough. */
    boolean shouldStop() {
        return isStoppingEarly() && rounds.size() - 1 - bestRound >= earlyStoppingRounds;
    }

    /** Rounds to keep: up to the best one where early stopping is on, else all. */
    int roundsToKeep() {
        return isStoppingEarly() ? bestRound + 1 : rounds.size();
    }

    private boolean isStoppingEarly() {
        return earlyStoppingRounds > 0 && hasValidation;
    }

    /** The last round's metrics by name: {@code train-logloss}, ..., {@code validation-error}; only those that were measured. */
    Map<String, Double> latest() {
        return metrics(rounds.size() - 1);
    }

    /**
     * The watched metric of the validation rows after a round, as it is reported; of several of the name, one a quantile level, the
     * mean. NaN for a round that was not, and without validation rows.
     */
    double watched(int number) {
        if (number < 0 || !hasValidation) {
            return Double.NaN;
        }
        return metrics(number).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(VALIDATION)
                        && NamedMetric.isMeantBy(plan.watched(), entry.getKey().substring(VALIDATION.length())))
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElse(Double.NaN);
    }

    private Map<String, Double> metrics(int number) {
        long[] round = rounds.get(number);
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (plan.measuresTraining(number)) {
            putMeans("train-", round, 0, metrics);
        }
        if (hasValidation) {
            putMeans(VALIDATION, round, plan.setLength(), metrics);
            if (plan.hasRanking()) {
                int at = plan.sumsLength();
                metrics.put(VALIDATION + MetricPlan.AUC, Double.longBitsToDouble(round[at]));
                metrics.put(VALIDATION + MetricPlan.PRAUC, Double.longBitsToDouble(round[at + 1]));
            }
        }
        return metrics;
    }

    private void putMeans(String prefix, long[] round, int from, Map<String, Double> metrics) {
        double weight = MetricSums.value(round, from + plan.weightStart());
        for (int g = 0; g < plan.groups().size(); g++) {
            List<NamedMetric> named = plan.groups().get(g).metrics();
            for (int m = 0; m < named.size(); m++) {
                double sum = MetricSums.value(round, from + plan.groupStart(g) + m * MetricSums.LIMBS);
                metrics.put(prefix + named.get(m).name(), named.get(m).reported(sum / weight));
            }
        }
        CustomMetric custom = plan.custom();
        if (custom != null) {
            metrics.put(prefix + custom.name(), MetricSums.value(round, from + plan.customStart()) / weight);
        }
    }
}
