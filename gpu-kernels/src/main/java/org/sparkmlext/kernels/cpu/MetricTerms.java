package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.RowMetric;

/** The values of a metric, for blocks of rows. */
interface MetricTerms {

    /** Fills the terms of the first {@code count} rows of a block from their scores and labels, unweighted. */
    void fill(RowBlock block, int count);

    /** Whether every term is 0 or 1. */
    default boolean isIndicator() {
        return false;
    }

    /** The terms of a metric. */
    static MetricTerms of(RowMetric metric) {
        return switch (metric.kind()) {
            case LOGLOSS -> LogisticLoss::fillTerms;
            case MULTI_LOGLOSS -> SoftmaxLoss::fillTerms;
            case ERROR, MULTI_ERROR -> new ErrorTerms();
            case SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, PINBALL -> new ResidualTerms(metric);
            case POISSON_DEVIANCE, GAMMA_DEVIANCE, TWEEDIE_DEVIANCE -> new DevianceTerms(metric);
        };
    }
}
