package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** A loss on the rows of one shard. */
interface LossFormula {

    /** Fills gradients and hessians of rows {@code [begin, begin + count)}, unweighted. */
    void fill(int begin, int count, RowBlock block);

    /** The metric that {@link #fillWithLosses} gives for little more, or null. */
    default RowMetric.@Nullable Kind sharedMetric() {
        return null;
    }

    /** As {@link #fill}, and fills the losses with the shared metric. */
    default void fillWithLosses(int begin, int count, RowBlock block) {
        throw new UnsupportedOperationException(this + " shares no metric");
    }

    /** The formula of a loss. */
    static LossFormula of(PointwiseLoss loss, float[][] scores, float[] labels) {
        return switch (loss.kind()) {
            case LOGISTIC -> new LogisticRows(scores[0], labels);
            case SOFTMAX -> new SoftmaxRows(scores, labels);
            case SQUARED, ABSOLUTE, HUBER, QUANTILE -> new ResidualRows(loss, scores[0], labels);
            case POISSON, GAMMA, TWEEDIE -> new LogLinkRows(loss, scores[0], labels);
        };
    }
}
