package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;

/** The losses whose raw score is the logarithm of a mean: POISSON, GAMMA, TWEEDIE. */
final class LogLinkRows implements LossFormula {

    /** What the exponent of a Poisson hessian has more than that of the mean, as a factor. */
    private static final double POISSON_FACTOR = FixedMath.exp(0.7);

    private final PointwiseLoss loss;
    private final float[] scores;
    private final float[] labels;

    LogLinkRows(PointwiseLoss loss, float[] scores, float[] labels) {
        this.loss = loss;
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        double[] gradients = block.gradients[0];
        double[] hessians = block.hessians[0];
        switch (loss.kind()) {
            case POISSON -> fillPoisson(begin, count, gradients, hessians);
            case GAMMA -> fillGamma(begin, count, gradients, hessians);
            default -> fillTweedie(begin, count, gradients, hessians);
        }
    }

    private void fillPoisson(int begin, int count, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double mean = FixedMath.exp(scores[begin + i]);
            gradients[i] = mean - labels[begin + i];
            hessians[i] = mean * POISSON_FACTOR;
        }
    }

    private void fillGamma(int begin, int count, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double t = labels[begin + i] * FixedMath.exp(-scores[begin + i]);
            gradients[i] = 1.0 - t;
            hessians[i] = t;
        }
    }

    private void fillTweedie(int begin, int count, double[] gradients, double[] hessians) {
        double one = 1.0 - loss.parameter();
        double two = 2.0 - loss.parameter();
        for (int i = 0; i < count; i++) {
            gradients[i] = labels[begin + i] * FixedMath.exp(one * scores[begin + i]);
        }
        for (int i = 0; i < count; i++) {
            double a = gradients[i];
            double b = FixedMath.exp(two * scores[begin + i]);
            gradients[i] = b - a;
            hessians[i] = two * b - one * a;
        }
    }
}
