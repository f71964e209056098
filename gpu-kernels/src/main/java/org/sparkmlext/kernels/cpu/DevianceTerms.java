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

    private void fillPoisson(int begin, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double y = labels[begin + i];
            double information = y > 0 ? y * (FixedMath.log(y) - s) : 0.0;
            terms[i] = 2.0 * ((information - y) + FixedMath.exp(s));
        }
    }

    private void fillGamma(int begin, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double y = labels[begin + i];
            terms[i] = 2.0 * (((s - FixedMath.log(y)) + y * FixedMath.exp(-s)) - 1.0);
        }
    }

    private void fillTweedie(int begin, int count, double[] terms) {
        double one = 1.0 - metric.parameter();
        double two = 2.0 - metric.parameter();
        for (int i = 0; i < count; i++) {
            double s = scores[begin + i];
            double y = labels[begin + i];
            double saturated = y > 0 ? FixedMath.pow(y, two) / (one * two) : 0.0;
            terms[i] = 2.0 * ((saturated - y * FixedMath.exp(one * s) / one) + FixedMath.exp(two * s) / two);
        }
    }
}
