package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * {@link BatchNorm} of the features of sequences of unequal lengths, for training: statistics are those of the steps that rows have.
 *
 * <p>Inputs: x N x T x C, scale C, shift C, lengths INT N of 0 to T, not all of them 0. Outputs: y of the shape of x, 0 behind the end of
 * each row, mean C, variance C (biased). Sequences of equal lengths are {@link StepsAsPixels} for {@link BatchNorm}; with given statistics
 * {@link BatchNorm.Inference} takes either.
 */
public record StepsNorm(float epsilon) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(4).rank(0, 3).numeric(0);
        Shape x = inputs.shape(0);
        Shape channels = Shape.of(x.size(2));
        inputs.shape(1, channels).shape(2, channels);
        Lengths.check(inputs, 3);
        return List.of(
                TensorType.number(x), new TensorType(Element.FLOAT, channels), new TensorType(Element.FLOAT, channels));
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
                node.output(2),
                node.input(3));
        for (int i = 0; i < 3; i++) {
            backward.contribute(node.input(i), made.output(i));
        }
    }

    /**
     * Inputs: x, gradient of y, scale, mean, variance, lengths. Outputs: gradients of x, scale and shift, the statistics' dependence on x
     * included.
     */
    public record Gradient(float epsilon) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(6).rank(0, 3).numeric(0, 1);
            Shape x = inputs.shape(0);
            inputs.shape(1, x);
            Lengths.check(inputs, 5);
            return List.of(TensorType.number(x), TensorType.floats(x.size(2)), TensorType.floats(x.size(2)));
        }
    }
}
