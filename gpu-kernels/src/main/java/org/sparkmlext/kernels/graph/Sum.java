package org.sparkmlext.kernels.graph;

import java.util.List;

/** Sum of two and more values of the same shape, element by element, in the order of the inputs. */
public record Sum() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).require(types.size() >= 2, "at least 2 inputs are needed");
        boolean isFloat = true;
        for (int i = 0; i < types.size(); i++) {
            inputs.numeric(i).shape(i, inputs.shape(0));
            isFloat &= types.get(i).element() == Element.FLOAT;
        }
        return List.of(new TensorType(isFloat ? Element.FLOAT : Element.NUMBER, inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        node.inputs().forEach(input -> backward.contribute(input, backward.gradient(node.output(0))));
    }
}
