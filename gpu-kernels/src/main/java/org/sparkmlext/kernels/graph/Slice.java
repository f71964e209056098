package org.sparkmlext.kernels.graph;

import java.util.List;

/** The part {@code [from, from + length)} of an axis that is not the batch. */
public record Slice(int axis, int from, int length) implements Op {

    public Slice {
        if (axis < 1 || from < 0 || length < 1) {
            throw new IllegalArgumentException("slice of axis " + axis + " from " + from + ", length " + length
                    + "; allowed: axis at least 1, from at least 0, length at least 1");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).numeric(0);
        inputs.require(axis < inputs.shape(0).rank(), "there is no axis " + axis)
                .require(
                        length <= inputs.shape(0).size(axis) - from,
                        "the part ends at " + ((long) from + length) + ", after the end");
        return List.of(TensorType.number(inputs.shape(0).with(axis, length)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Op gradient = new Gradient(axis, from, backward.shape(node.input(0)));
        Node made = backward.add(node, gradient, backward.gradient(node.output(0)));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Input: gradient of the part. Output: gradient of the whole, 0 outside the part. */
    public record Gradient(int axis, int from, Shape whole) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(1).numeric(0);
            return List.of(TensorType.number(whole));
        }
    }
}
