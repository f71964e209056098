package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Windows in units of their own: {@code y[n,t,k] = (x[n,t,k] - level[n,k]) / scale[n,k]}, 0 behind the end of a row.
 *
 * <p>Inputs: x FLOAT N x T x K, an input of the graph, level and scale FLOAT N x K of {@link WindowScale}, and optionally lengths, INT N,
 * of 0 to T. Output: N x T x K. No gradient.
 */
public record WindowNorm() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(3, 4).rank(0, 3).element(0, Element.FLOAT);
        Shape x = inputs.shape(0);
        for (int i = 1; i <= 2; i++) {
            inputs.element(i, Element.FLOAT).shape(i, Shape.of(x.size(0), x.size(2)));
        }
        if (types.size() == 4) {
            Lengths.check(inputs, 3);
        }
        return List.of(TensorType.number(x));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        // Windows are inputs: nothing asks for their gradient.
    }
}
