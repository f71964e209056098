package org.sparkmlext.kernels.graph;

import java.util.List;

/** Product of two values of the same shape, element by element. */
public record Multiply() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2).numeric(0, 1);
        inputs.shape(1, inputs.shape(0));
        return List.of(TensorType.number(inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        for (int i = 0; i < 2; i++) {
            if (backward.needs(node.input(i))) {
                Node made = backward.add(node, this, backward.gradient(node.output(0)), node.input(1 - i));
                backward.contribute(node.input(i), made.output(0));
            }
        }
    }
}
