package org.sparkmlext.kernels.graph;

import java.util.List;

/** {@code y[k] = exp(x[k]) / sum over j of exp(x[j])} along the last axis, computed in float32. Input and output: N x ... x K. */
public record Softmax() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        new Inputs(this, types).count(1).numeric(0);
        return List.of(TensorType.number(types.get(0).shape()));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
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
