package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** {@link PointwiseLoss.Kind#LOGISTIC}: gradient, hessian and loss of a row from one exponential. */
final class LogisticLoss implements LossFormula {

    @Override
    public RowMetric.Kind sharedMetric() {
        return RowMetric.Kind.LOGLOSS;
    }

    @Override
    public void fill(RowBlock block, int count) {
        takeGradients(block.scores[0], block.labels, count, block.losses, block.gradients[0], block.hessians[0]);
    }

    @Override
    public void fillWithLosses(RowBlock block, int count) {
        fill(block, count);
        // A loop of its own: exp and log in one have more intermediate values than there are registers.
        takeLosses(block.scores[0], block.labels, count, block.losses);
    }

    private static void takeGradients(
            double[] scores, double[] labels, int count, double[] exponentials, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double s = scores[i];
            double e = FixedMath.exp(-Math.abs(s));
            double q = 1.0 / (1.0 + e);
            exponentials[i] = e;
            gradients[i] = FixedMath.oneOr(e, s) * q - labels[i];
            hessians[i] = (e * q) * q;
        }
    }

    /** The losses alone, as {@code terms}. */
    static void fillTerms(RowBlock block, int count) {
        double[] terms = block.terms;
        double[] scores = block.scores[0];
        for (int i = 0; i < count; i++) {
            terms[i] = FixedMath.exp(-Math.abs(scores[i]));
        }
        takeLosses(scores, block.labels, count, terms);
    }

    /** Turns {@code exp(-|s|)} of rows into their losses. */
    private static void takeLosses(double[] scores, double[] labels, int count, double[] losses) {
        for (int i = 0; i < count; i++) {
            double s = scores[i];
            losses[i] = (FixedMath.positivePart(s) - labels[i] * s) + FixedMath.logOnePlus(losses[i]);
        }
    }
}
