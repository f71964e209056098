package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.RowMetric;

/** The deviances of losses with log link: POISSON_DEVIANCE, GAMMA_DEVIANCE, TWEEDIE_DEVIANCE. */
final class DevianceTerms implements MetricTerms {

    private final RowMetric metric;

    DevianceTerms(RowMetric metric) {
        this.metric = metric;
    }

    @Override
    public void fill(RowBlock block, int count) {
        switch (metric.kind()) {
            case POISSON_DEVIANCE -> fillPoisson(block.scores[0], block.labels, count, block.terms);
            case GAMMA_DEVIANCE -> fillGamma(block.scores[0], block.labels, count, block.terms);
            default -> fillTweedie(block.scores[0], block.labels, count, block.terms);
        }
    }

    // Each exponential and logarithm has a loop of its own: two in one have more intermediate values than there are
    // registers.

    private static void fillPoisson(double[] scores, double[] labels, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            double y = labels[i];
            double information = y > 0 ? y * (FixedMath.log(y) - scores[i]) : 0.0;
            terms[i] = information - y;
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * (terms[i] + FixedMath.exp(scores[i]));
        }
    }

    private static void fillGamma(double[] scores, double[] labels, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            terms[i] = scores[i] - FixedMath.log(labels[i]);
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * ((terms[i] + labels[i] * FixedMath.exp(-scores[i])) - 1.0);
        }
    }

    private void fillTweedie(double[] scores, double[] labels, int count, double[] terms) {
        double one = 1.0 - metric.parameter();
        double two = 2.0 - metric.parameter();
        for (int i = 0; i < count; i++) {
            terms[i] = FixedMath.log(labels[i]);
        }
        for (int i = 0; i < count; i++) {
            terms[i] = labels[i] > 0 ? FixedMath.exp(two * terms[i]) / (one * two) : 0.0;
        }
        for (int i = 0; i < count; i++) {
            terms[i] -= labels[i] * FixedMath.exp(one * scores[i]) / one;
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * (terms[i] + FixedMath.exp(two * scores[i]) / two);
        }
    }
}
