package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Largest value of each window. Input: images N x C x H x W. Outputs: images N x C x H' x W', and where each came from (opaque).
 *
 * <p>Padding never wins. Of equal values the first in row order does.
 */
public record MaxPool2d(Window2d window) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).rank(0, 4).numeric(0);
        requireSmallPadding(window, inputs);
        Shape pooled = window.output(inputs, inputs.shape(0).size(1));
        return List.of(TensorType.number(pooled), new TensorType(Element.OPAQUE, pooled));
    }

    /** A window that lies in the padding alone has no value. */
    static void requireSmallPadding(Window2d window, Inputs inputs) {
        inputs.require(
                window.padTop() < window.kernelHeight()
                        && window.padBottom() < window.kernelHeight()
                        && window.padLeft() < window.kernelWidth()
                        && window.padRight() < window.kernelWidth()
                        && window.dilationHeight() == 1
                        && window.dilationWidth() == 1,
                "the window " + window + " of a pooling must have less padding than kernel, and dilation 1");
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(
                node,
                new Gradient(window, backward.shape(node.input(0))),
                backward.gradient(node.output(0)),
                node.output(1));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of the output, where each came from. Output: gradient of the images, of shape {@code images}. */
    public record Gradient(Window2d window, Shape images) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(2).rank(0, 4).numeric(0).element(1, Element.OPAQUE);
            return List.of(TensorType.number(images));
        }
    }
}
