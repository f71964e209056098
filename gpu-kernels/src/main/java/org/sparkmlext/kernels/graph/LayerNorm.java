package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Layer normalisation along the last axis (Ba et al. 2016): {@code y = (x - mean) / sqrt(variance + epsilon) * scale + shift}, mean and
 * variance (divided by K) of the K elements of each vector.
 *
 * <p>Inputs: x N x K or N x T x K, scale K, shift K. Outputs: y of the shape of x, mean and variance FLOAT of that shape without the last
 * axis, which the gradient reads; no gradient flows through those.
 */
public record LayerNorm(float epsilon) implements Op {

    public LayerNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + "; allowed: above 0 and below 1");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(3).rank(0, 2, 3).numeric(0);
        Shape x = inputs.shape(0);
        Shape last = Shape.of(x.size(x.rank() - 1));
        inputs.shape(1, last).shape(2, last);
        TensorType statistic = new TensorType(Element.FLOAT, vectors(x));
        return List.of(TensorType.number(x), statistic, statistic);
    }

    /** The shape without its last axis. */
    private static Shape vectors(Shape x) {
        return new Shape(x.sizes().subList(0, x.rank() - 1));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(
                node,
                new Gradient(epsilon),
                node.input(0),
                backward.gradient(node.output(0)),
                node.input(1),
                node.output(1),
                node.output(2));
        for (int i = 0; i < 3; i++) {
            backward.contribute(node.input(i), made.output(i));
        }
    }

    /** Inputs: x, gradient of y, scale, mean, variance. Outputs: gradients of x, scale and shift, the statistics' dependence on x included. */
    public record Gradient(float epsilon) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(5).rank(0, 2, 3).numeric(0, 1);
            Shape x = inputs.shape(0);
            int width = x.size(x.rank() - 1);
            inputs.shape(1, x).shape(2, Shape.of(width)).shape(3, vectors(x)).shape(4, vectors(x));
            return List.of(TensorType.number(x), TensorType.floats(width), TensorType.floats(width));
        }
    }
}
