package org.sparkmlext.kernels.tree;

/**
 * A metric that looks at one row at a time: its weighted sum over rows is a kernel of the device, see {@link MetricSums}.
 *
 * <p>With s the raw score and y the label of a row (floats, taken to double), the value of a row is computed by exactly the
 * operations of {@link Kind} in this order, with {@link FixedMath}.
 *
 * @param kind which metric
 * @param parameter the kind's parameter; 0 where it has none
 */
public record RowMetric(Kind kind, double parameter) {

    /** The metrics. Those of several classes take one score buffer a class, all others exactly one. */
    public enum Kind {
        /** Loss of {@link PointwiseLoss.Kind#LOGISTIC}: {@code (max(s, 0) - y * s) + log(1 + exp(-|s|))}. */
        LOGLOSS,
        /** 1 where {@code (s > 0) != (y > 0.5)}, else 0. */
        ERROR,
        /**
         * Loss of {@link PointwiseLoss.Kind#SOFTMAX}: with its m and z {@code (m - s_y) + log(z)}. NaN where y is no class
         * index.
         */
        MULTI_LOGLOSS,
        /** 1 where the first k of the largest s_k is not y, else 0. A NaN is never larger. */
        MULTI_ERROR,
        /** {@code d = s - y; d * d}, which is twice the loss of {@link PointwiseLoss.Kind#SQUARED}. */
        SQUARED_ERROR,
        /** {@code |s - y|}. */
        ABSOLUTE_ERROR,
        /** The parameter is delta > 0: {@code a = |s - y|; a <= delta ? 0.5 * a * a : delta * (a - 0.5 * delta)}. */
        HUBER,
        /** The parameter is a level a in (0, 1): {@code d = y - s; d >= 0 ? a * d : (a - 1) * d}. */
        PINBALL,
        /** Twice the loss of POISSON above its minimum: {@code 2 * (((y > 0 ? y * (log(y) - s) : 0) - y) + exp(s))}. */
        POISSON_DEVIANCE,
        /** Twice the loss of GAMMA above its minimum: {@code 2 * (((s - log(y)) + y * exp(-s)) - 1)}. */
        GAMMA_DEVIANCE,
        /**
         * Twice the loss of TWEEDIE above its minimum; the parameter is a variance power p in (1, 2). With a = 1 - p and
         * b = 2 - p: {@code 2 * (((y > 0 ? pow(y, b) / (a * b) : 0) - y * exp(a * s) / a) + exp(b * s) / b)}.
         */
        TWEEDIE_DEVIANCE
    }

    public RowMetric {
        ParameterRule rule = switch (kind) {
            case HUBER -> ParameterRule.DELTA;
            case PINBALL -> ParameterRule.LEVEL;
            case TWEEDIE_DEVIANCE -> ParameterRule.VARIANCE_POWER;
            default -> ParameterRule.NONE;
        };
        rule.require(kind, parameter);
    }

    /** A metric without parameter. */
    public static RowMetric of(Kind kind) {
        return new RowMetric(kind, 0);
    }

    /**
     * Throws unless so many score buffers fit this metric: one, or for those of several classes at least two.
     *
     * @throws IllegalArgumentException naming the metric, what was given and what is needed
     */
    public void requireOutputs(int numOutputs) {
        boolean isOfClasses = kind == Kind.MULTI_LOGLOSS || kind == Kind.MULTI_ERROR;
        if (isOfClasses ? numOutputs < 2 : numOutputs != 1) {
            throw new IllegalArgumentException(kind + " was given " + numOutputs + " score buffers; it takes "
                    + (isOfClasses ? "one a class, at least 2" : "exactly 1"));
        }
    }
}
