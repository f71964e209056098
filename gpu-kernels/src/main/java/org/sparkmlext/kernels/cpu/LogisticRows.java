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
    public void fill(int begin, int count, RowBlock block) {
        double[] gradients = block.gradients[0];
        double[] hessians = block.hessians[0];
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double e = FixedMath.exp(-Math.abs(s));
            double q = 1.0 / (1.0 + e);
            gradients[i] = FixedMath.oneOr(e, s) * q - labels[begin + i];
            hessians[i] = (e * q) * q;
        }
    }

    @Override
    public RowMetric.Kind sharedMetric() {
        return RowMetric.Kind.LOGLOSS;
    }

    @Override
    public void fillWithLosses(int begin, int count, RowBlock block) {
        double[] gradients = block.gradients[0];
        double[] hessians = block.hessians[0];
        double[] losses = block.losses;
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double y = labels[begin + i];
            double e = FixedMath.exp(-Math.abs(s));
            double q = 1.0 / (1.0 + e);
            gradients[i] = FixedMath.oneOr(e, s) * q - y;
            hessians[i] = (e * q) * q;
            losses[i] = (FixedMath.positivePart(s) - y * s) + FixedMath.logOnePlus(e);
        }
    }
}
