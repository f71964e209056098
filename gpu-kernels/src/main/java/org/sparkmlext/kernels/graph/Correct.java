package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Weighted number of rows predicted right, for accuracy.
 *
 * <p>Inputs: predictions N x K, targets, weights FLOAT N. Output: FLOAT 1. With class targets (INT N) a row is right if its largest
 * prediction, the first of equal ones, is that class. With FLOAT N x K it counts the share of k with {@code x > 0} exactly where
 * {@code t > 1/2}. No gradient.
 */
public record Correct() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(3).rank(0, 2).numeric(0);
        Shape predictions = inputs.shape(0);
        if (types.get(1).element() == Element.INT) {
            inputs.shape(1, Shape.of(predictions.size(0)));
        } else {
            inputs.element(1, Element.FLOAT).shape(1, predictions);
        }
        inputs.element(2, Element.FLOAT).shape(2, Shape.of(predictions.size(0)));
        return List.of(TensorType.floats(1));
    }
}
