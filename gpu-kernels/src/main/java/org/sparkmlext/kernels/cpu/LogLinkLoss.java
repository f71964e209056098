package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;

/** The losses whose raw score is the logarithm of a mean: POISSON, GAMMA, TWEEDIE. */
final class LogLinkLoss implements LossFormula {

    /** What the exponent of a Poisson hessian has more than that of the mean, as a factor. */
    private static final double POISSON_FACTOR = FixedMath.exp(0.7);

    private final PointwiseLoss loss;

    LogLinkLoss(PointwiseLoss loss) {
        this.loss = loss;
    }

    @Override
    public void fill(RowBlock block, int count) {
        double[] scores = block.scores[0];
        double[] gradients = block.gradients[0];
        double[] hessians = block.hessians[0];
        switch (loss.kind()) {
            case POISSON -> fillPoisson(scores, block.labels, count, gradients, hessians);
            case GAMMA -> fillGamma(scores, block.labels, count, gradients, hessians);
            default -> fillTweedie(scores, block.labels, count, gradients, hessians);
        }
    }

    private static void fillPoisson(
            double[] scores, double[] labels, int count, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double mean = FixedMath.exp(scores[i]);
            gradients[i] = mean - labels[i];
            hessians[i] = mean * POISSON_FACTOR;
        }
    }

    private static void fillGamma(double[] scores, double[] labels, int count, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double t = labels[i] * FixedMath.exp(-scores[i]);
            gradients[i] = 1.0 - t;
            hessians[i] = t;
        }
    }

    private void fillTweedie(double[] scores, double[] labels, int count, double[] gradients, double[] hessians) {
        double one = 1.0 - loss.parameter();
        double two = 2.0 - loss.parameter();
        for (int i = 0; i < count; i++) {
            gradients[i] = labels[i] * FixedMath.exp(one * scores[i]);
        }
        for (int i = 0; i < count; i++) {
            double a = gradients[i];
            double b = FixedMath.exp(two * scores[i]);
            gradients[i] = b - a;
            hessians[i] = two * b - one * a;
        }
    }
}
