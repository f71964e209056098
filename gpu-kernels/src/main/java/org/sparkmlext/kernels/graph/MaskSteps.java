package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Sequences with zeros behind the end of each row: {@code y[n, t] = x[n, t]} for t below the row's length; 0 from there on.
 *
 * <p>Inputs: x N x T x K, lengths INT N of 0 to T. Output: the shape of x.
 */
public record MaskSteps() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2).rank(0, 3).numeric(0);
        Lengths.check(inputs, 1);
        return List.of(TensorType.number(inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, this, backward.gradient(node.output(0)), node.input(1));
        backward.contribute(node.input(0), made.output(0));
    }
}
