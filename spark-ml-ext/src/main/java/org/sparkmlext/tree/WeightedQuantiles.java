package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernels.ResidualTask;

/**
 * Exact weighted quantiles of the residuals {@code label - score} of nodes over all ranks, by counting them digit by digit
 * of their sortable keys (a radix selection): a sum over ranks a digit, whatever the number of rows.
 *
 * <p>The quantile of level a is the smallest residual up to which the rows hold at least the share a of the node's weight.
 */
final class WeightedQuantiles {

    private static final int DIGIT_BITS = 8;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final TreeKernels kernels;
    private final Collective collective;
    private final RowPartition partition;
    private final Buffer labels;
    private final @Nullable Buffer weights;
    private final int weightExponent;

    /** @param weightExponent binary exponent of the fixed point in which weights are counted */
    WeightedQuantiles(
            TreeKernels kernels,
            Collective collective,
            RowPartition partition,
            Buffer labels,
            @Nullable Buffer weights,
            int weightExponent) {
        this.kernels = kernels;
        this.collective = collective;
        this.partition = partition;
        this.labels = labels;
        this.weights = weights;
        this.weightExponent = weightExponent;
    }

    /**
     * Collective: all ranks ask for the same nodes.
     *
     * @param nodes this rank's rows of each node
     * @return one residual a node; 0 for a node without weight
     */
    float[] of(Buffer scores, List<RowRange> nodes, double level) {
        int[] prefixes = new int[nodes.size()];
        long[] below = new long[nodes.size()];
        long[] targets = new long[nodes.size()];
        for (int bits = 0; bits < Integer.SIZE; bits += DIGIT_BITS) {
            List<ResidualTask> tasks = new ArrayList<>(nodes.size());
            for (int i = 0; i < nodes.size(); i++) {
                tasks.add(new ResidualTask(nodes.get(i), prefixes[i], bits, DIGIT_BITS));
            }
            long[] counts = new long[nodes.size() * DIGITS];
            kernels.residualCounts(partition, scores, labels, weights, weightExponent, tasks, counts);
            collective.sum(counts, 0, counts.length);
            for (int i = 0; i < nodes.size(); i++) {
                if (bits == 0) {
                    targets[i] = target(counts, i * DIGITS, level);
                }
                prefixes[i] = prefixes[i] << DIGIT_BITS | descend(counts, i * DIGITS, below, i, targets[i]);
            }
        }
        float[] quantiles = new float[nodes.size()];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = targets[i] == 0 ? 0f : SortableFloat.value(prefixes[i]);
        }
        return quantiles;
    }

    /** The weight up to which the residual must come; 0 where there is none at all. */
    private static long target(long[] counts, int from, double level) {
        long total = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            total += counts[from + digit];
        }
        return total == 0 ? 0 : Math.max(1, Math.min(total, (long) Math.ceil(level * total)));
    }

    /** The digit in which the target lies; {@code below[node]} grows by the weight of the digits before it. */
    private static int descend(long[] counts, int from, long[] below, int node, long target) {
        for (int digit = 0; digit < DIGITS - 1; digit++) {
            if (below[node] + counts[from + digit] >= target) {
                return digit;
            }
            below[node] += counts[from + digit];
        }
        return DIGITS - 1;
    }
}
