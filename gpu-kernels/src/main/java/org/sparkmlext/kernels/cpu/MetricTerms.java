package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.RowMetric;

/** A metric on the rows of one shard. */
interface MetricTerms {

    /** Fills the terms of rows {@code [begin, begin + count)}, unweighted. */
    void fill(int begin, int count, RowBlock block);

    /** Whether every term is 0 or 1. */
    default boolean isIndicator() {
        return false;
    }

    /** The terms of a metric. */
    static MetricTerms of(RowMetric metric, float[][] scores, float[] labels) {
        return switch (metric.kind()) {
            case LOGLOSS, ERROR, MULTI_LOGLOSS, MULTI_ERROR -> new ClassTerms(metric.kind(), scores, labels);
            case SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, PINBALL -> new ResidualTerms(metric, scores[0], labels);
            case POISSON_DEVIANCE, GAMMA_DEVIANCE, TWEEDIE_DEVIANCE -> new DevianceTerms(metric, scores[0], labels);
        };
    }
}
