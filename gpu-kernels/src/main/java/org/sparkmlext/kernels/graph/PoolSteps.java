package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Mean or largest value of each feature over the steps that a row has; 0 where the length is 0.
 *
 * <p>Inputs: x N x T x K, lengths INT N of 0 to T. Output: N x K. Without lengths it is a pooling of {@link StepsAsPixels}.
 */
public record PoolSteps(Statistic statistic) implements Op {

    /** What is taken of a feature. */
    public enum Statistic {
        MEAN,
        /** The gradient goes to the first of equal ones. */
        MAX
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2).rank(0, 3).numeric(0);
        Lengths.check(inputs, 1);
        Shape x = inputs.shape(0);
        return List.of(TensorType.number(Shape.of(x.size(0), x.size(2))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(
                node, new Gradient(statistic), backward.gradient(node.output(0)), node.input(0), node.input(1));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of y, x, lengths. Output: gradient of x. */
    public record Gradient(Statistic statistic) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(3).rank(1, 3).numeric(0, 1);
            Shape x = inputs.shape(1);
            inputs.shape(0, Shape.of(x.size(0), x.size(2)))
                    .element(2, Element.INT)
                    .shape(2, Shape.of(x.size(0)));
            return List.of(TensorType.number(x));
        }
    }
}
