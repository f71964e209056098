package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.TreeKernels.ResidualTask;

/** Counts digits of the keys of residuals. */
final class ResidualCounts {

    private final long[] entries;
    private final float[] scores;
    private final float[] labels;
    private final float @Nullable [] weights;
    private final double factor;

    ResidualCounts(long[] entries, float[] scores, float[] labels, float @Nullable [] weights, int weightExponent) {
        this.entries = entries;
        this.scores = scores;
        this.labels = labels;
        this.weights = weights;
        factor = Math.scalb(1.0, weightExponent);
    }

    /** Adds positions {@code [begin, end)} of a task to its counts, which begin at {@code at}. */
    void add(ResidualTask task, int begin, int end, long[] counts, int at) {
        int rest = Integer.SIZE - task.prefixBits();
        long one = (long) Math.rint(factor);
        for (int i = begin; i < end; i++) {
            int row = RowEntry.row(entries[i]);
            long key = key(labels[row] - scores[row]) & 0xFFFFFFFFL;
            if (key >>> rest != (task.prefix() & 0xFFFFFFFFL)) {
                continue;
            }
            int digit = (int) (key >>> (rest - task.digitBits())) & ((1 << task.digitBits()) - 1);
            if (weights == null) {
                counts[at + digit] += one;
            } else if (weights[row] > 0) {
                counts[at + digit] += (long) Math.rint(weights[row] * factor);
            }
        }
    }

    private static int key(float residual) {
        int bits = Float.floatToIntBits(residual + 0.0f);
        return bits ^ ((bits >> 31) | 0x80000000);
    }
}
