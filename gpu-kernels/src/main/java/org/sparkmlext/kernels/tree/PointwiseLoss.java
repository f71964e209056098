package org.sparkmlext.kernels.tree;

/**
 * A loss that looks at one row at a time: its gradient and hessian are kernels of the device.
 *
 * <p>With s the raw score, y the label and w the weight of a row (floats, taken to double), a kernel computes gradient g and
 * hessian h of {@link Kind} by exactly these operations in this order, with {@link FixedMath}, then {@code g * w} and
 * {@code h * w}. Where weights are absent w is 1.
 *
 * @param kind which loss
 * @param parameter the kind's parameter; 0 where it has none
 */
public record PointwiseLoss(Kind kind, double parameter) {

    /** The losses. Each says what its labels are and how g and h come about. */
    public enum Kind {
        /**
         * Binary cross-entropy, y in {0, 1}, p = 1 / (1 + exp(-s)): loss {@code log(1 + exp(s)) - y s}.
         * <pre>e = exp(-|s|);  q = 1 / (1 + e);  p = s has a minus sign ? e * q : q
         * g = p - y;  h = (e * q) * q</pre>
         */
        LOGISTIC,
        /**
         * Cross-entropy of K >= 2 classes, y the class index, one score a class: loss {@code -log p_y}; the hessian is
         * Friedman's diagonal K / (K - 1) p (1 - p) (Annals of Statistics 29, 2001, algorithm 6). A y that is no class index
         * equals no k.
         * <pre>m = max of all s_k;  e_k = exp(s_k - m);  z = e_0 + e_1 + ... in this order;  q = 1 / z;  p_k = e_k * q
         * g_k = y == k ? p_k - 1 : p_k;  h_k = (p_k * (1 - p_k)) * (K / (K - 1))</pre>
         */
        SOFTMAX,
        /** Half the squared error: {@code g = s - y; h = 1}. */
        SQUARED,
        /** Absolute error: {@code g = signum(s - y); h = 1}; leaves want the weighted median of y - s. */
        ABSOLUTE,
        /** Huber's loss (1964) of parameter delta > 0: {@code g = s - y, but within [-delta, delta]; h = 1}. */
        HUBER,
        /**
         * Pinball loss of the parameter, a level a in (0, 1) (Koenker and Bassett, 1978):
         * {@code g = s >= y ? 1 - a : -a; h = 1}; leaves want the weighted a-quantile of y - s.
         */
        QUANTILE,
        /**
         * Poisson with log link, y >= 0: loss {@code exp(s) - y s}. The hessian is exp(s + 0.7), which bounds a leaf's step
         * as XGBoost and LightGBM do.
         * <pre>m = exp(s);  g = m - y;  h = m * exp(0.7)</pre>
         */
        POISSON,
        /** Gamma with log link, y > 0: loss {@code s + y exp(-s)}. {@code t = y * exp(-s); g = 1 - t; h = t}. */
        GAMMA,
        /**
         * Tweedie with log link, y >= 0 and the parameter a variance power p in (1, 2) (Jorgensen, 1987): loss
         * {@code -y exp((1-p) s) / (1-p) + exp((2-p) s) / (2-p)}.
         * <pre>a = y * exp((1 - p) * s);  b = exp((2 - p) * s);  g = b - a;  h = (2 - p) * b - (1 - p) * a</pre>
         */
        TWEEDIE
    }

    public PointwiseLoss {
        ParameterRule rule = switch (kind) {
            case HUBER -> ParameterRule.DELTA;
            case QUANTILE -> ParameterRule.LEVEL;
            case TWEEDIE -> ParameterRule.VARIANCE_POWER;
            default -> ParameterRule.NONE;
        };
        rule.require(kind, parameter);
    }

    /** {@link Kind#LOGISTIC}. */
    public static PointwiseLoss logistic() {
        return new PointwiseLoss(Kind.LOGISTIC, 0);
    }

    /** {@link Kind#SOFTMAX}. */
    public static PointwiseLoss softmax() {
        return new PointwiseLoss(Kind.SOFTMAX, 0);
    }

    /** {@link Kind#SQUARED}. */
    public static PointwiseLoss squared() {
        return new PointwiseLoss(Kind.SQUARED, 0);
    }

    /** {@link Kind#ABSOLUTE}. */
    public static PointwiseLoss absolute() {
        return new PointwiseLoss(Kind.ABSOLUTE, 0);
    }

    /** {@link Kind#HUBER}. */
    public static PointwiseLoss huber(double delta) {
        return new PointwiseLoss(Kind.HUBER, delta);
    }

    /** {@link Kind#QUANTILE}. */
    public static PointwiseLoss quantile(double level) {
        return new PointwiseLoss(Kind.QUANTILE, level);
    }

    /** {@link Kind#POISSON}. */
    public static PointwiseLoss poisson() {
        return new PointwiseLoss(Kind.POISSON, 0);
    }

    /** {@link Kind#GAMMA}. */
    public static PointwiseLoss gamma() {
        return new PointwiseLoss(Kind.GAMMA, 0);
    }

    /** {@link Kind#TWEEDIE}. */
    public static PointwiseLoss tweedie(double variancePower) {
        return new PointwiseLoss(Kind.TWEEDIE, variancePower);
    }

    /**
     * Throws unless so many score buffers fit this loss: one, or for {@link Kind#SOFTMAX} at least two.
     *
     * @throws IllegalArgumentException naming the loss, what was given and what is needed
     */
    public void requireOutputs(int numOutputs) {
        boolean isSoftmax = kind == Kind.SOFTMAX;
        if (isSoftmax ? numOutputs < 2 : numOutputs != 1) {
            throw new IllegalArgumentException(kind + " was given " + numOutputs + " score buffers; it takes "
                    + (isSoftmax ? "one a class, at least 2" : "exactly 1"));
        }
    }
}
