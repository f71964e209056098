package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * The last step of each sequence, {@code y[n] = x[n, length - 1]}; 0 where the length is 0.
 *
 * <p>Inputs: x N x T x K, and optionally lengths, INT N, of 0 to T; without them all are T. Output: N x K.
 */
public record LastStep() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1, 2).rank(0, 3).numeric(0);
        if (types.size() == 2) {
            Lengths.check(inputs, 1);
        }
        return List.of(TensorType.number(
                Shape.of(inputs.shape(0).size(0), inputs.shape(0).size(2))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Op gradient = new Gradient(backward.shape(node.input(0)));
        Value ofLast = backward.gradient(node.output(0));
        Node made = node.inputs().size() == 2
                ? backward.add(node, gradient, ofLast, node.input(1))
                : backward.add(node, gradient, ofLast);
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of the last steps, and lengths where there are any. Output: gradient of all steps, 0 but for the last. */
    public record Gradient(Shape steps) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(1, 2).numeric(0);
            inputs.shape(0, Shape.of(steps.size(0), steps.size(2)));
            if (types.size() == 2) {
                Lengths.check(inputs, 1);
            }
            return List.of(TensorType.number(steps));
        }
    }
}
