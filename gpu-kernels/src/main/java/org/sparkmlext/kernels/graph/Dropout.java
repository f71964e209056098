package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Sets each element to 0 with probability {@code rate}, multiplies the others by {@code 1 / (1 - rate)} (Srivastava et al. 2014).
 *
 * <p>Inputs: x of N x ..., numbers of the rows, LONG N. Outputs: y of the shape of x, what was kept (opaque). Which elements stay
 * follows from {@link CounterRandom}: the same for a row of the data wherever and in whatever batch it is computed, on every back
 * end.
 *
 * @param rate in [0, 1)
 * @param stream tells the dropouts of a network apart
 */
public record Dropout(float rate, int stream) implements Op {

    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout rate is " + rate + "; allowed: at least 0 and below 1");
        }
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2).numeric(0).element(1, Element.LONG);
        inputs.shape(1, Shape.of(inputs.shape(0).size(0)));
        return List.of(TensorType.number(inputs.shape(0)), new TensorType(Element.OPAQUE, inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, new Gradient(rate), backward.gradient(node.output(0)), node.output(1));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of y, what was kept. Output: gradient of x. */
    public record Gradient(float rate) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(2).numeric(0).element(1, Element.OPAQUE);
            return List.of(TensorType.number(inputs.shape(0)));
        }
    }
}
