package org.sparkmlext.kernels.graph;

import java.util.List;

/** The same elements in plain order under another shape; the batch stays the first axis. */
public record Reshape(Shape shape) implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).numeric(0);
        inputs.require(
                inputs.shape(0).elements() == shape.elements()
                        && inputs.shape(0).size(0) == shape.size(0),
                "cannot become " + shape);
        return List.of(TensorType.number(shape));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, new Reshape(backward.shape(node.input(0))), backward.gradient(node.output(0)));
        backward.contribute(node.input(0), made.output(0));
    }
}
