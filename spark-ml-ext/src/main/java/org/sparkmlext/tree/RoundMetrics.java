package org.sparkmlext.tree;

import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Measures the metrics of a {@link MetricPlan} on this rank's rows. */
final class RoundMetrics {

    private final MetricPlan plan;
    private final TreeKernels kernels;
    private final Collective collective;

    RoundMetrics(MetricPlan plan, TreeKernels kernels, Collective collective) {
        this.plan = plan;
        this.kernels = kernels;
        this.collective = collective;
    }

    /** Adds the sums of a set of rows at {@code from}. */
    void add(DeviceRows rows, long[] round, int from) {
        for (int g = 0; g < plan.groups().size(); g++) {
            OutputGroup group = plan.groups().get(g);
            long[] sums = new long[MetricSums.length(group.rowMetrics())];
            kernels.metricSums(group.rowMetrics(), group.of(rows.scores), rows.labels, rows.weights, sums);
            System.arraycopy(sums, 0, round, from + plan.groupStart(g), sums.length);
        }
        addCustom(rows, round, from);
    }

    /** Adds the sum of a user's own metric, if there is one, at its place in the set that starts at {@code from}. */
    void addCustom(DeviceRows rows, long[] round, int from) {
        CustomMetric custom = plan.custom();
        if (custom == null) {
            return;
        }
        float[] scores = floats(rows.scores.get(0));
        float[] labels = floats(rows.labels);
        float[] weights = rows.weights == null ? null : floats(rows.weights);
        for (int r = 0; r < scores.length; r++) {
            double weight = weights == null ? 1.0 : weights[r];
            if (weight > 0) {
                double value = custom.function().apply(scores[r], labels[r]);
                if (!(value >= 0)) {
                    throw new InvalidTrainingDataException("the custom metric '" + custom.name() + "' is " + value
                            + " for row "
                            + r + " of rank " + collective.rank() + " (raw score " + scores[r] + ", label " + labels[r]
                            + "); allowed: numbers of at least 0, so that their mean can be summed exactly");
                }
                MetricSums.add(weight * value, round, from + plan.customStart());
            }
        }
    }

    /** Writes the areas under the curves of the validation rows, where the plan has them. Collective. */
    void putRanking(DeviceRows validation, long[] round) {
        if (!plan.hasRanking()) {
            return;
        }
        RankingQuality quality = new RankingMetrics(collective)
                .measure(
                        floats(validation.scores.get(0)),
                        floats(validation.labels),
                        validation.weights == null ? null : floats(validation.weights),
                        1f);
        if (Double.isNaN(quality.rocAuc())) {
            throw new InvalidTrainingDataException("validationMetric is '" + plan.watched()
                    + "', but the validation rows of positive weight hold a single class, for which it is not defined;"
                    + " put rows of both classes aside for validation, or watch logloss");
        }
        round[plan.sumsLength()] = Double.doubleToLongBits(quality.rocAuc());
        round[plan.sumsLength() + 1] = Double.doubleToLongBits(quality.averagePrecision());
    }

    static float[] floats(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }
}
