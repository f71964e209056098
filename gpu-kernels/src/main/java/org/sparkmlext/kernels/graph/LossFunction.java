package org.sparkmlext.kernels.graph;

import java.io.Serializable;

/**
 * Loss of one row with predictions {@code x[0..K)}, computed in float32 at least.
 *
 * <p>Losses over outputs are means, as in Keras and PyTorch, so a row's loss does not grow with K.
 */
public sealed interface LossFunction extends Serializable {

    /** Whether the target is a class index, INT N; else it is FLOAT N x K. */
    default boolean hasClassTarget() {
        return false;
    }

    /**
     * Cross-entropy of {@code p = softmax(x)} and a class t: {@code -(1 - s) log p[t] - s/K sum over k of log p[k]} with smoothing s
     * (Szegedy et al. 2016), or, with focusing g above 0, {@code -(1 - p[t])^g log p[t]} (Lin et al. 2017). One of the two at most.
     */
    record CrossEntropy(float labelSmoothing, float focusing) implements LossFunction {
        public CrossEntropy {
            requireSmoothing(labelSmoothing, focusing);
        }

        @Override
        public boolean hasClassTarget() {
            return true;
        }
    }

    /** Cross-entropy of {@code softmax(x)} and probabilities t: {@code -sum over k of t[k] log p[k]}. */
    record DenseCrossEntropy() implements LossFunction {}

    /**
     * Mean over k of the binary cross-entropy of {@code p = sigmoid(x[k])} and {@code t[k]} in [0, 1], which smoothing s moves to
     * {@code t (1 - s) + s/2}; with focusing g above 0 (targets 0 or 1): {@code -(1 - q)^g log q}, q the probability given to t.
     */
    record BinaryCrossEntropy(float labelSmoothing, float focusing) implements LossFunction {
        public BinaryCrossEntropy {
            requireSmoothing(labelSmoothing, focusing);
        }
    }

    /** Mean over k of {@code (x - t)^2}. */
    record SquaredError() implements LossFunction {}

    /** Mean over k of {@code |x - t|}; its derivative at 0 is 0. */
    record AbsoluteError() implements LossFunction {}

    /** Mean over k of {@code e^2/2} for {@code |e| <= delta}, else {@code delta (|e| - delta/2)}, with {@code e = x - t} (Huber 1964). */
    record Huber(float delta) implements LossFunction {
        public Huber {
            if (!(delta > 0 && delta < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "delta of the Huber loss is " + delta + "; allowed: finite, above 0");
            }
        }
    }

    private static void requireSmoothing(float labelSmoothing, float focusing) {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new IllegalArgumentException(
                    "labelSmoothing is " + labelSmoothing + "; allowed: at least 0 and below 1");
        }
        if (!(focusing >= 0 && focusing < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("focusing is " + focusing + "; allowed: finite, at least 0");
        }
        if (labelSmoothing > 0 && focusing > 0) {
            throw new IllegalArgumentException("labelSmoothing is " + labelSmoothing + " and focusing " + focusing
                    + "; one of the two must be 0, no published loss combines them");
        }
    }
}
