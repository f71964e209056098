package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.RowMetric;

/** The deviances of losses with log link: POISSON_DEVIANCE, GAMMA_DEVIANCE, TWEEDIE_DEVIANCE. */
final class DevianceTerms implements MetricTerms {

    private final RowMetric metric;
    private final float[] scores;
    private final float[] labels;

    DevianceTerms(RowMetric metric, float[] scores, float[] labels) {
        this.metric = metric;
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        switch (metric.kind()) {
            case POISSON_DEVIANCE -> fillPoisson(begin, count, block.terms);
            case GAMMA_DEVIANCE -> fillGamma(begin, count, block.terms);
            default -> fillTweedie(begin, count, block.terms);
        }
    }

    // Each exponential and logarithm has a loop of its own: two in one have more intermediate values than there are
    // registers.

    private void fillPoisson(int begin, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            double y = labels[begin + i];
            double information = y > 0 ? y * (FixedMath.log(y) - scores[begin + i]) : 0.0;
            terms[i] = information - y;
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * (terms[i] + FixedMath.exp(scores[begin + i]));
        }
    }

    private void fillGamma(int begin, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            terms[i] = scores[begin + i] - FixedMath.log(labels[begin + i]);
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * ((terms[i] + labels[begin + i] * FixedMath.exp(-scores[begin + i])) - 1.0);
        }
    }

    private void fillTweedie(int begin, int count, double[] terms) {
        double one = 1.0 - metric.parameter();
        double two = 2.0 - metric.parameter();
        for (int i = 0; i < count; i++) {
            terms[i] = FixedMath.log(labels[begin + i]);
        }
        for (int i = 0; i < count; i++) {
            terms[i] = labels[begin + i] > 0 ? FixedMath.exp(two * terms[i]) / (one * two) : 0.0;
        }
        for (int i = 0; i < count; i++) {
            terms[i] -= labels[begin + i] * FixedMath.exp(one * scores[begin + i]) / one;
        }
        for (int i = 0; i < count; i++) {
            terms[i] = 2.0 * (terms[i] + FixedMath.exp(two * scores[begin + i]) / two);
        }
    }
}
