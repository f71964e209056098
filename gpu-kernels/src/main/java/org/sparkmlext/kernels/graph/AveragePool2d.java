package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Mean of each window. Input: images N x C x H x W. Output: images N x C x H' x W'.
 *
 * @param countsPadding whether the padding counts as zeros, else only pixels inside the image are counted
 */
public record AveragePool2d(Window2d window, boolean countsPadding) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).rank(0, 4).numeric(0);
        MaxPool2d.requireSmallPadding(window, inputs);
        return List.of(TensorType.number(window.output(inputs, inputs.shape(0).size(1))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Op gradient = new Gradient(window, countsPadding, backward.shape(node.input(0)));
        Node made = backward.add(node, gradient, backward.gradient(node.output(0)));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Input: gradient of the output. Output: gradient of the images, of shape {@code images}. */
    public record Gradient(Window2d window, boolean countsPadding, Shape images) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(1).rank(0, 4).numeric(0);
            return List.of(TensorType.number(images));
        }
    }
}
