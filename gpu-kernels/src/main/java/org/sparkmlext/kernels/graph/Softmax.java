package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * {@code y[k] = exp(x[k]) / sum over j of exp(x[j])} along the last axis, computed in float32.
 *
 * <p>Inputs: x N x ... x K, and optionally lengths, INT N, of 0 to K. Output: the shape of x. With lengths the elements of a row from its
 * length on have no part in it, whatever they hold: their y is 0, and no gradient passes through them.
 */
public record Softmax() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1, 2).numeric(0);
        if (types.size() == 2) {
            inputs.require(inputs.shape(0).rank() >= 2, "input 0 must have at least 2 axes");
            Lengths.check(inputs, 1);
        }
        return List.of(TensorType.number(types.get(0).shape()));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        // Where y is 0 so is the gradient: it need not know the lengths.
        Node made = backward.add(node, new Gradient(), backward.gradient(node.output(0)), node.output(0));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of y, y. Output: gradient of x. */
    public record Gradient() implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(2).numeric(0, 1);
            inputs.shape(1, inputs.shape(0));
            return List.of(TensorType.number(inputs.shape(0)));
        }
    }
}
