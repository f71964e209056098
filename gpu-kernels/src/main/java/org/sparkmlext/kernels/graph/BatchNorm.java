package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy 2015), for training.
 *
 * <p>Inputs: x of N x C or N x C x H x W, scale C, shift C. Outputs: y of the shape of x, mean C, variance C (biased: divided by
 * N*H*W). {@code y = (x - mean) / sqrt(variance + epsilon) * scale + shift}, channel by channel. Mean and variance are outputs so that
 * running statistics can be made of them; no gradient flows through those outputs.
 */
public record BatchNorm(float epsilon) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Shape x = channels(new Inputs(this, types), 3);
        return List.of(TensorType.number(x), TensorType.floats(x.size(1)), TensorType.floats(x.size(1)));
    }

    private static Shape channels(Inputs inputs, int count) {
        inputs.count(count).rank(0, 2, 4).numeric(0);
        Shape x = inputs.shape(0);
        for (int i = 1; i < count; i++) {
            inputs.shape(i, Shape.of(x.size(1)));
        }
        return x;
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value x = node.input(0);
        Value scale = node.input(1);
        Node made = backward.add(
                node,
                new Gradient(epsilon),
                x,
                backward.gradient(node.output(0)),
                scale,
                node.output(1),
                node.output(2));
        backward.contribute(x, made.output(0));
        backward.contribute(scale, made.output(1));
        backward.contribute(node.input(2), made.output(2));
    }

    /** Inputs: x, gradient of y, scale, mean, variance. Outputs: gradients of x, scale and shift, the statistics' dependence on x included. */
    public record Gradient(float epsilon) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(5).rank(0, 2, 4).numeric(0, 1);
            Shape x = inputs.shape(0);
            inputs.shape(1, x);
            return List.of(TensorType.number(x), TensorType.floats(x.size(1)), TensorType.floats(x.size(1)));
        }
    }

    /** The same with given statistics. Inputs: x, scale, shift, mean, variance. Output: y. Without a gradient: for scoring and frozen layers. */
    public record Inference(float epsilon) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            return List.of(TensorType.number(channels(new Inputs(this, types), 5)));
        }
    }
}
