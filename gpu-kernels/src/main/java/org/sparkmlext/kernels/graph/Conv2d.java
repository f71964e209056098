package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * Convolution (cross-correlation) of images.
 *
 * <p>Inputs: images N x C x H x W, weights O x C/groups x kernel height x kernel width, and optionally bias O. Output: images
 * N x O x H' x W'. {@code y[n,o,i,j] = b[o] + sum over c, u, v of x[n, c, i*stride - pad + u*dilation, j*stride - pad + v*dilation] *
 * w[o,c,u,v]}, where c runs over the channels of o's group and pixels outside the image are 0. {@code groups = C} is a depthwise
 * convolution.
 */
public record Conv2d(Window2d window, int groups) implements Op {

    public Conv2d {
        if (groups < 1) {
            throw new IllegalArgumentException("groups is " + groups + "; it must be at least 1");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs =
                new Inputs(this, types).count(2, 3).rank(0, 4).rank(1, 4).numeric(0, 1);
        int channels = inputs.shape(0).size(1);
        Shape weights = inputs.shape(1);
        int outputs = weights.size(0);
        inputs.require(channels % groups == 0, "channels of the image must be a multiple of " + groups + " groups")
                .require(outputs % groups == 0, "output channels must be a multiple of " + groups + " groups")
                .shape(1, Shape.of(outputs, channels / groups, window.kernelHeight(), window.kernelWidth()));
        if (types.size() == 3) {
            inputs.shape(2, Shape.of(outputs));
        }
        return List.of(TensorType.number(window.output(inputs, outputs)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value gradient = backward.gradient(node.output(0));
        Value images = node.input(0);
        Value weights = node.input(1);
        boolean hasBias = node.inputs().size() == 3;
        if (backward.needs(weights) || (hasBias && backward.needs(node.input(2)))) {
            Node made = backward.add(
                    node, new WeightGradient(window, groups, backward.shape(weights), hasBias), images, gradient);
            backward.contribute(weights, made.output(0));
            if (hasBias) {
                backward.contribute(node.input(2), made.output(1));
            }
        }
        if (backward.needs(images)) {
            Node made =
                    backward.add(node, new InputGradient(window, groups, backward.shape(images)), gradient, weights);
            backward.contribute(images, made.output(0));
        }
    }

    /** Inputs: gradient of the output, weights. Output: gradient of the images, of shape {@code images}. */
    public record InputGradient(Window2d window, int groups, Shape images) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(2).rank(0, 4).rank(1, 4).numeric(0, 1);
            return List.of(TensorType.number(images));
        }
    }

    /** Inputs: images, gradient of the output. Outputs: gradient of the weights and, where there is one, of the bias. */
    public record WeightGradient(Window2d window, int groups, Shape weights, boolean hasBias) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(2).rank(0, 4).rank(1, 4).numeric(0, 1);
            List<TensorType> made = new ArrayList<>(List.of(new TensorType(Element.FLOAT, weights)));
            if (hasBias) {
                made.add(TensorType.floats(weights.size(0)));
            }
            return made;
        }
    }
}
