package org.sparkmlext.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/**
 * Outputs of an {@link Objective} that share a loss.
 *
 * @param firstOutput the first of them
 * @param numOutputs how many they are
 * @param loss their loss as the kernels know it; null for a user's own
 * @param metrics metrics of these outputs, the loss first; empty for a user's own loss
 */
record OutputGroup(
        int firstOutput, int numOutputs, @Nullable PointwiseLoss loss, List<NamedMetric> metrics) {

    /** The metrics as the kernels know them. */
    List<RowMetric> rowMetrics() {
        return metrics.stream().map(NamedMetric::metric).toList();
    }

    /** Of these outputs' parts of a list. */
    <T> List<T> of(List<T> outputs) {
        return outputs.subList(firstOutput, firstOutput + numOutputs);
    }

    /** The quantile of its rows' residuals that is a leaf's value; NaN where a leaf's value is a Newton step. */
    double leafQuantile() {
        if (loss == null) {
            return Double.NaN;
        }
        return switch (loss.kind()) {
            case ABSOLUTE -> 0.5;
            case QUANTILE -> loss.parameter();
            default -> Double.NaN;
        };
    }
}
