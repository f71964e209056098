package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Sequences as images of one row of pixels, {@code y[n,k,0,t] = x[n,t,k]}: what convolutions, dense layers of single steps among them,
 * take. Input: N x T x K. Output: N x K x 1 x T.
 */
public record StepsAsPixels() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Shape steps = new Inputs(this, types).count(1).rank(0, 3).numeric(0).shape(0);
        return List.of(TensorType.number(Shape.of(steps.size(0), steps.size(2), 1, steps.size(1))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, new Inverse(), backward.gradient(node.output(0)));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Images of one row of pixels as sequences. Input: N x K x 1 x T. Output: N x T x K. */
    public record Inverse() implements Op {

        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(1).rank(0, 4).numeric(0);
            Shape pixels = inputs.shape(0);
            inputs.require(pixels.size(2) == 1, "the image must be one row of pixels");
            return List.of(TensorType.number(Shape.of(pixels.size(0), pixels.size(3), pixels.size(1))));
        }

        @Override
        public void differentiate(Backward backward, Node node) {
            Node made = backward.add(node, new StepsAsPixels(), backward.gradient(node.output(0)));
            backward.contribute(node.input(0), made.output(0));
        }
    }
}
