package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * Which metrics a run measures, and where they stand in a round's array: the sums of the training rows, those of the
 * validation rows, and, where asked for, ROC AUC and average precision of the validation rows as the bits of two doubles.
 *
 * <p>Rounds that are not to be measured on the training rows leave their sums at 0.
 *
 * <p>The sums of a set of rows are those of each group of outputs, one after another, as {@link MetricSums} lays them out,
 * then the limbs of a user's own metric.
 */
final class MetricPlan {

    static final String AUC = "auc";
    static final String PRAUC = "prauc";
    private static final String AUTO = "auto";

    private final List<OutputGroup> groups;
    private final @Nullable CustomMetric custom;
    private final String watched;
    private final int trainingPeriod;
    private final int[] groupStarts;

    /**
     * @throws InvalidTrainingDataException if the objective knows no metric of the settings' {@code validationMetric}; names
     *     those it knows
     */
    MetricPlan(BoostingSettings settings, Objective objective, List<OutputGroup> groups) {
        this.groups = groups;
        this.custom = settings.customMetric();
        this.trainingPeriod = settings.trainingMetricPeriod();
        List<String> names = new ArrayList<>(objective.metricNames());
        if (custom != null) {
            names.add(custom.name());
        }
        String wanted = settings.validationMetric();
        watched = wanted.equals(AUTO) ? (names.isEmpty() ? "" : names.get(0)) : wanted;
        if (names.isEmpty() ? settings.earlyStoppingRounds() > 0 : !names.contains(watched)) {
            throw new InvalidTrainingDataException("validationMetric is '" + wanted + "'; objective "
                    + objective.kind().paramValue() + " knows "
                    + (names.isEmpty() ? "none: set a metric of your own" : String.join(", ", names)));
        }
        int numOutputs = groups.stream().mapToInt(OutputGroup::numOutputs).sum();
        if (custom != null && numOutputs > 1) {
            throw new InvalidTrainingDataException(
                    "the custom metric '" + custom.name() + "' takes one raw score a row;"
                            + " objective " + objective.kind().paramValue() + " has " + numOutputs
                            + " here. Leave the metric out.");
        }
        groupStarts = new int[groups.size() + 1];
        for (int g = 0; g < groups.size(); g++) {
            groupStarts[g + 1] =
                    groupStarts[g] + MetricSums.length(groups.get(g).rowMetrics());
        }
    }

    List<OutputGroup> groups() {
        return groups;
    }

    @Nullable
    CustomMetric custom() {
        return custom;
    }

    /** Name of the metric that early stopping watches; "" for none. */
    String watched() {
        return watched;
    }

    /** Whether a round, counted from 0 within this fit, is measured on the training rows. */
    boolean measuresTraining(int round) {
        return trainingPeriod > 0 && (round + 1) % trainingPeriod == 0;
    }

    /** Whether the areas under the curves are wanted: they cost an exchange of all validation scores a round. */
    boolean hasRanking() {
        return watched.equals(AUC) || watched.equals(PRAUC);
    }

    /** Where a group's sums start within a set's. */
    int groupStart(int group) {
        return groupStarts[group];
    }

    /** Where the limbs of a user's own metric start within a set's sums. */
    int customStart() {
        return groupStarts[groups.size()];
    }

    /** Longs of the sums of one set of rows. */
    int setLength() {
        return customStart() + (custom == null ? 0 : MetricSums.LIMBS);
    }

    /** Where the sum of the weights of a set's rows stands; every group has it, and the first is as good as any. */
    int weightStart() {
        return groupStarts[1] - MetricSums.LIMBS;
    }

    /** Longs of both sets: what is summed over ranks. */
    int sumsLength() {
        return 2 * setLength();
    }

    /** Longs of a round. */
    int length() {
        return sumsLength() + (hasRanking() ? 2 : 0);
    }
}
