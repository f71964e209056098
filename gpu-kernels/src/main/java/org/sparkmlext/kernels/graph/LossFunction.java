package org.sparkmlext.kernels.graph;

import java.io.Serializable;
import java.util.List;

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
     * How many numbers a row's target has where it is no class.
     *
     * @param predictions of a row
     * @throws IllegalArgumentException if a row cannot have so many
     */
    default int numTargets(int predictions) {
        return predictions;
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

    /**
     * Mean over targets t and levels q of the pinball loss {@code max(q (t - x), (q - 1) (t - x))}, whose least is the q-quantile (Koenker
     * and Bassett 1978); its derivative at 0 is 0. Each target has a prediction a level, one after the other: K is their product, the
     * target FLOAT N x K / levels.
     *
     * @param levels each above 0 and below 1, rising
     */
    record Quantile(List<Float> levels) implements LossFunction {
        public Quantile {
            levels = List.copyOf(levels);
            float before = 0;
            for (float level : levels) {
                if (!(level > before && level < 1)) {
                    throw new IllegalArgumentException(
                            "quantiles are " + levels + "; allowed: above 0 and below 1, each above the one before");
                }
                before = level;
            }
            if (levels.isEmpty()) {
                throw new IllegalArgumentException("there are no quantiles; at least one is needed, for example 0.5");
            }
        }

        @Override
        public int numTargets(int predictions) {
            if (predictions % levels.size() != 0) {
                throw new IllegalArgumentException("a row has " + predictions + " predictions, but " + levels.size()
                        + " quantiles " + levels + " of each target; the one must be a multiple of the other");
            }
            return predictions / levels.size();
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
