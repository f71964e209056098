package org.sparkmlext.kernels.graph;

import java.util.List;

/** Puts values one after the other along an axis that is not the batch; all other sizes are the same. */
public record Concat(int axis) implements Op {

    public Concat {
        if (axis < 1) {
            throw new IllegalArgumentException("axis is " + axis + "; it must be at least 1 (axis 0 is the batch)");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).require(types.size() >= 2, "at least 2 inputs are needed");
        inputs.require(axis < inputs.shape(0).rank(), "there is no axis " + axis);
        int total = 0;
        for (int i = 0; i < types.size(); i++) {
            inputs.numeric(i).rank(i, inputs.shape(0).rank());
            int size = inputs.shape(i).size(axis);
            inputs.shape(i, inputs.shape(0).with(axis, size));
            total += size;
        }
        return List.of(TensorType.number(inputs.shape(0).with(axis, total)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        int from = 0;
        for (Value input : node.inputs()) {
            int size = backward.shape(input).size(axis);
            if (backward.needs(input)) {
                Node made = backward.add(node, new Slice(axis, from, size), backward.gradient(node.output(0)));
                backward.contribute(input, made.output(0));
            }
            from += size;
        }
    }
}
