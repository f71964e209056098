package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Turns sequences round: {@code y[n, t] = x[n, length - 1 - t]} for t below the row's length; 0 from there on.
 *
 * <p>Inputs: x N x T x K, and optionally lengths, INT N, of 0 to T; without them all are T. Output: the shape of x. A recurrent layer
 * that runs backward is this, the layer, and this again.
 */
public record ReverseSteps() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1, 2).rank(0, 3).numeric(0);
        if (types.size() == 2) {
            Lengths.check(inputs, 1);
        }
        return List.of(TensorType.number(inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value gradient = backward.gradient(node.output(0));
        Node made = node.inputs().size() == 2
                ? backward.add(node, this, gradient, node.input(1))
                : backward.add(node, this, gradient);
        backward.contribute(node.input(0), made.output(0));
    }
}
