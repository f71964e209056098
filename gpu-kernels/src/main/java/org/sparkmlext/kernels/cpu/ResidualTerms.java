package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.RowMetric;

/** The metrics of the difference of score and label alone: SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, PINBALL. */
final class ResidualTerms implements MetricTerms {

    private final RowMetric metric;
    private final float[] scores;
    private final float[] labels;

    ResidualTerms(RowMetric metric, float[] scores, float[] labels) {
        this.metric = metric;
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        double[] terms = block.terms;
        for (int i = 0; i < count; i++) {
            terms[i] = (double) scores[begin + i] - labels[begin + i];
        }
        switch (metric.kind()) {
            case SQUARED_ERROR -> square(terms, count);
            case ABSOLUTE_ERROR -> takeSizes(terms, count);
            case HUBER -> takeHuber(terms, count, metric.parameter());
            default -> takePinball(terms, count, metric.parameter());
        }
    }

    private static void square(double[] terms, int count) {
        for (int i = 0; i < count; i++) {
            terms[i] = terms[i] * terms[i];
        }
    }

    private static void takeSizes(double[] terms, int count) {
        for (int i = 0; i < count; i++) {
            terms[i] = Math.abs(terms[i]);
        }
    }

    private static void takeHuber(double[] terms, int count, double delta) {
        for (int i = 0; i < count; i++) {
            double a = Math.abs(terms[i]);
            terms[i] = a <= delta ? 0.5 * a * a : delta * (a - 0.5 * delta);
        }
    }

    private static void takePinball(double[] terms, int count, double level) {
        for (int i = 0; i < count; i++) {
            double d = -terms[i];
            terms[i] = d >= 0 ? level * d : (level - 1.0) * d;
        }
    }
}
