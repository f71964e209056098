package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** Gradients and hessians of a loss, for blocks of rows. */
interface LossFormula {

    /** Fills gradients and hessians of the first {@code count} rows of a block from their scores and labels, unweighted. */
    void fill(RowBlock block, int count);

    /** The metric that {@link #fillWithLosses} gives for little more, or null. */
    default RowMetric.@Nullable Kind sharedMetric() {
        return null;
    }

    /** As {@link #fill}, and fills the losses with the shared metric. */
    default void fillWithLosses(RowBlock block, int count) {
        throw new UnsupportedOperationException(this + " shares no metric");
    }

    /** The formula of a loss. */
    static LossFormula of(PointwiseLoss loss) {
        return switch (loss.kind()) {
            case LOGISTIC -> new LogisticLoss();
            case SOFTMAX -> new SoftmaxLoss();
            case SQUARED, ABSOLUTE, HUBER, QUANTILE -> new ResidualLoss(loss);
            case POISSON, GAMMA, TWEEDIE -> new LogLinkLoss(loss);
        };
    }
}
