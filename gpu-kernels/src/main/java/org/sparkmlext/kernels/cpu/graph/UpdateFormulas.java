package org.sparkmlext.kernels.cpu.graph;

import org.sparkmlext.kernels.graph.UpdateRule;

/** The rules, one record each. */
final class UpdateFormulas {

    private UpdateFormulas() {}

    /** Adds {@code decay w} to the gradient. */
    private static void decay(float[] w, float[] g, int count, float decay) {
        if (decay != 0) {
            for (int i = 0; i < count; i++) {
                g[i] += decay * w[i];
            }
        }
    }

    /** Gradient descent with and without momentum. */
    record Descent(UpdateRule.Sgd rule) implements UpdateFormula {
        @Override
        public void apply(float[] w, float[] g, float[][] slots, int count, float rate, long t) {
            decay(w, g, count, rule.weightDecay());
            float momentum = rule.momentum();
            if (momentum == 0) {
                for (int i = 0; i < count; i++) {
                    w[i] -= rate * g[i];
                }
                return;
            }
            float[] v = slots[0];
            for (int i = 0; i < count; i++) {
                v[i] = momentum * v[i] + g[i];
            }
            if (rule.isNesterov()) {
                for (int i = 0; i < count; i++) {
                    w[i] -= rate * (g[i] + momentum * v[i]);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    w[i] -= rate * v[i];
                }
            }
        }
    }

    /** RMSprop. */
    record MeanSquare(UpdateRule.RmsProp rule) implements UpdateFormula {
        @Override
        public void apply(float[] w, float[] g, float[][] slots, int count, float rate, long t) {
            decay(w, g, count, rule.weightDecay());
            float keep = rule.smoothing();
            float take = 1 - keep;
            float epsilon = rule.epsilon();
            float[] v = slots[0];
            for (int i = 0; i < count; i++) {
                v[i] = keep * v[i] + take * (g[i] * g[i]);
                w[i] -= rate * g[i] / ((float) Math.sqrt(v[i]) + epsilon);
            }
        }
    }

    /** Adam and AdamW. */
    record Moments(UpdateRule.Adam rule) implements UpdateFormula {
        @Override
        public void apply(float[] w, float[] g, float[][] slots, int count, float rate, long t) {
            if (rule.isDecoupled()) {
                float shrink = 1 - rate * rule.weightDecay();
                for (int i = 0; i < count; i++) {
                    w[i] *= shrink;
                }
            } else {
                decay(w, g, count, rule.weightDecay());
            }
            float keep1 = rule.beta1();
            float take1 = 1 - keep1;
            float keep2 = rule.beta2();
            float take2 = 1 - keep2;
            float epsilon = rule.epsilon();
            float step = (float) (rate / (1 - Math.pow(keep1, t)));
            float scale = (float) (1 / (1 - Math.pow(keep2, t)));
            float[] m = slots[0];
            float[] v = slots[1];
            for (int i = 0; i < count; i++) {
                m[i] = keep1 * m[i] + take1 * g[i];
                v[i] = keep2 * v[i] + take2 * (g[i] * g[i]);
                w[i] -= step * m[i] / ((float) Math.sqrt(v[i] * scale) + epsilon);
            }
        }
    }
}
