package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** {@link PointwiseLoss.Kind#LOGISTIC}: gradient, hessian and loss of a row from one exponential. */
final class LogisticRows implements LossFormula {

    private final float[] scores;
    private final float[] labels;

    LogisticRows(float[] scores, float[] labels) {
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public RowMetric.Kind sharedMetric() {
        return RowMetric.Kind.LOGLOSS;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        double[] gradients = block.gradients[0];
        double[] hessians = block.hessians[0];
        double[] exponentials = block.losses;
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double e = FixedMath.exp(-Math.abs(s));
            double q = 1.0 / (1.0 + e);
            exponentials[i] = e;
            gradients[i] = FixedMath.oneOr(e, s) * q - labels[begin + i];
            hessians[i] = (e * q) * q;
        }
    }

    @Override
    public void fillWithLosses(int begin, int count, RowBlock block) {
        fill(begin, count, block);
        // A loop of its own: exp and log in one have more intermediate values than there are registers.
        takeLosses(scores, labels, begin, count, block.losses);
    }

    /** Turns {@code exp(-|s|)} of rows into their losses. */
    static void takeLosses(float[] scores, float[] labels, int begin, int count, double[] losses) {
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            losses[i] = (FixedMath.positivePart(s) - labels[begin + i] * s) + FixedMath.logOnePlus(losses[i]);
        }
    }
}
