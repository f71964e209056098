package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Where each feature of a window lies, and how far it swings: what {@link WindowNorm} takes away and {@link WindowDenorm} gives back.
 *
 * <p>Inputs: x FLOAT N x T x K, an input of the graph, and optionally lengths, INT N, of 0 to T; without them all are T. Outputs: level
 * FLOAT N x K, scale FLOAT N x K, of the steps that a row has; 0 and 1 where it has none. No gradient.
 *
 * @param isScaled whether the scale is {@code deviation + epsilon}, the deviation that of the steps from their mean (divided by their
 *     number); else it is 1
 * @param epsilon above 0; keeps what a constant feature is divided by from being 0
 */
public record WindowScale(Level level, boolean isScaled, float epsilon) implements Op {

    /** What is subtracted. */
    public enum Level {
        /** The value of the last step. */
        LAST,
        MEAN
    }

    public WindowScale {
        if (!(epsilon > 0 && epsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + "; allowed: finite, above 0");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1, 2).rank(0, 3).element(0, Element.FLOAT);
        if (types.size() == 2) {
            Lengths.check(inputs, 1);
        }
        Shape x = inputs.shape(0);
        return List.of(TensorType.floats(x.size(0), x.size(2)), TensorType.floats(x.size(0), x.size(2)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        // Windows are inputs: nothing asks for their gradient.
    }
}
