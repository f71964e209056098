package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.RowMetric;

/** Sums metrics and weights of a shard's rows, block by block. */
final class MetricPass {

    private final MetricTerms[] terms;
    private final float @Nullable [] weights;
    /** The metric whose terms somebody else brings as the block's losses, or -1. */
    private final int shared;

    /** @param sharedKind metric whose terms the block already has as its losses, or null */
    MetricPass(
            List<RowMetric> metrics,
            RowMetric.@Nullable Kind sharedKind,
            float[][] scores,
            float[] labels,
            float @Nullable [] weights) {
        this.weights = weights;
        terms = new MetricTerms[metrics.size()];
        int found = -1;
        for (int m = 0; m < terms.length; m++) {
            terms[m] = MetricTerms.of(metrics.get(m), scores, labels);
            found = metrics.get(m).kind() == sharedKind ? m : found;
        }
        shared = found;
    }

    boolean needsLosses() {
        return shared >= 0;
    }

    /** Adds rows {@code [begin, begin + count)}. */
    void add(int begin, int count, RowBlock block, long[] sums) {
        if (weights != null) {
            for (int i = 0; i < count; i++) {
                float w = weights[begin + i];
                block.weights[i] = w > 0 ? w : 0.0;
            }
        }
        for (int m = 0; m < terms.length; m++) {
            if (m != shared) {
                terms[m].fill(begin, count, block);
            }
            double[] values = m == shared ? block.losses : block.terms;
            int at = m * MetricSums.LIMBS;
            if (weights != null) {
                LimbSums.addWeighted(values, block.weights, count, sums, at);
            } else if (terms[m].isIndicator()) {
                LimbSums.addIndicators(values, count, sums, at);
            } else {
                LimbSums.add(values, count, sums, at);
            }
        }
        int at = terms.length * MetricSums.LIMBS;
        if (weights == null) {
            LimbSums.addCount(count, sums, at);
        } else {
            LimbSums.add(block.weights, count, sums, at);
        }
    }
}
