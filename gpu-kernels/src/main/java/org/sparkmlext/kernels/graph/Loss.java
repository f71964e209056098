package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Weighted sum of the rows' losses.
 *
 * <p>Inputs: predictions N x K (before softmax or sigmoid where the function has one), targets (INT N or FLOAT N x K, see
 * {@link LossFunction#hasClassTarget} and {@link LossFunction#numTargets}), weights FLOAT N. Outputs: {@code sum over n of weight[n] * loss[n]}, {@code sum over n of
 * weight[n]}, each FLOAT 1. Sums, not means: they are added over ranks, and {@link Optimizer} divides the gradient by the weight
 * of all of them. A row of weight 0 adds nothing, whatever it holds.
 */
public record Loss(LossFunction function) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        check(this, types);
        return List.of(TensorType.floats(1), TensorType.floats(1));
    }

    private void check(Op op, List<TensorType> types) {
        Inputs inputs = new Inputs(op, types).count(3).rank(0, 2).numeric(0);
        Shape predictions = inputs.shape(0);
        if (function.hasClassTarget()) {
            inputs.require(predictions.size(1) >= 2, "classes need at least 2 predictions a row")
                    .element(1, Element.INT)
                    .shape(1, Shape.of(predictions.size(0)));
        } else {
            inputs.element(1, Element.FLOAT).shape(1, predictions.with(1, function.numTargets(predictions.size(1))));
        }
        inputs.element(2, Element.FLOAT).shape(2, Shape.of(predictions.size(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, new Gradient(function), node.input(0), node.input(1), node.input(2));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: those of the loss. Output: derivative of the weighted sum by each prediction. */
    public record Gradient(LossFunction function) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Loss(function).check(this, types);
            return List.of(TensorType.number(types.get(0).shape()));
        }
    }
}
