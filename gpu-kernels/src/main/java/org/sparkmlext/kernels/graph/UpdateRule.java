package org.sparkmlext.kernels.graph;

import java.io.Serializable;

/**
 * How a gradient g moves a parameter w, element by element, with learning rate r at update t (from 1). Formulas are those of PyTorch.
 *
 * <p>{@code weightDecay} d adds {@code d w} to g (L2), except in {@link Adam} with {@code isDecoupled}.
 */
public sealed interface UpdateRule extends Serializable {

    /** Numbers kept for each parameter. */
    int numSlots();

    /**
     * Gradient descent with momentum m: {@code v = m v + g; w -= r v}, or {@code w -= r (g + m v)} with Nesterov's look-ahead
     * (Sutskever et al. 2013). Without momentum {@code w -= r g}.
     */
    record Sgd(float momentum, boolean isNesterov, float weightDecay) implements UpdateRule {
        public Sgd {
            requireRate(momentum, "momentum");
            requireDecay(weightDecay);
            if (isNesterov && momentum == 0) {
                throw new IllegalArgumentException("Nesterov's look-ahead needs a momentum above 0");
            }
        }

        @Override
        public int numSlots() {
            return momentum == 0 ? 0 : 1;
        }
    }

    /** {@code v = p v + (1 - p) g^2; w -= r g / (sqrt(v) + epsilon)} (Hinton 2012), p the smoothing. */
    record RmsProp(float smoothing, float epsilon, float weightDecay) implements UpdateRule {
        public RmsProp {
            requireRate(smoothing, "smoothing");
            requireEpsilon(epsilon);
            requireDecay(weightDecay);
        }

        @Override
        public int numSlots() {
            return 1;
        }
    }

    /**
     * {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= r (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)} (Kingma and Ba
     * 2015). With {@code isDecoupled}, before that, {@code w -= r d w} instead of the term in g (AdamW, Loshchilov and Hutter 2019).
     */
    record Adam(float beta1, float beta2, float epsilon, float weightDecay, boolean isDecoupled) implements UpdateRule {
        public Adam {
            requireRate(beta1, "beta1");
            requireRate(beta2, "beta2");
            requireEpsilon(epsilon);
            requireDecay(weightDecay);
        }

        @Override
        public int numSlots() {
            return 2;
        }
    }

    private static void requireRate(float rate, String name) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(name + " is " + rate + "; allowed: at least 0 and below 1");
        }
    }

    private static void requireEpsilon(float epsilon) {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + "; allowed: above 0 and below 1");
        }
    }

    private static void requireDecay(float decay) {
        if (!(decay >= 0 && decay < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weightDecay is " + decay + "; allowed: finite, at least 0");
        }
    }
}
