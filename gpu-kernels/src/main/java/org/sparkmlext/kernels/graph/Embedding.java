package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * A trained vector for each of a vocabulary's ids: {@code y[n,t] = table[x[n,t]]}.
 *
 * <p>Inputs: x FLOAT N x T x 1, an input of the graph, of whole numbers 0 to V - 1, table V x U, and optionally lengths, INT N, of 0 to
 * T. Output: N x T x U; with lengths 0 behind the end of each row, whatever is there. Another id is an {@link IllegalArgumentException}
 * when a program runs, which names the layer, the row and the step.
 */
public record Embedding() implements Op {

    private static final int WITHOUT_LENGTHS = 2;

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types)
                .count(WITHOUT_LENGTHS, WITHOUT_LENGTHS + 1)
                .rank(0, 3)
                .rank(1, 2)
                .element(0, Element.FLOAT)
                .numeric(1);
        Shape ids = inputs.shape(0);
        inputs.shape(0, ids.with(2, 1));
        if (types.size() > WITHOUT_LENGTHS) {
            Lengths.check(inputs, WITHOUT_LENGTHS);
        }
        return List.of(TensorType.number(ids.with(2, inputs.shape(1).size(1))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value[] read = new Value[node.inputs().size()];
        read[0] = backward.gradient(node.output(0));
        read[1] = node.input(0);
        if (read.length > WITHOUT_LENGTHS) {
            read[2] = node.input(2);
        }
        Node made = backward.add(node, new Gradient(backward.shape(node.input(1))), read);
        backward.contribute(node.input(1), made.output(0));
    }

    /**
     * Inputs: gradient of y, x, and lengths where there are any. Output: gradient of the table, FLOAT V x U: for each id the sum of the
     * gradients of its steps, in the order of rows and steps whatever the number of threads.
     */
    public record Gradient(Shape table) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs =
                    new Inputs(this, types).count(2, 3).rank(0, 3).numeric(0).element(1, Element.FLOAT);
            Shape dy = inputs.shape(0);
            inputs.shape(0, dy.with(2, table.size(1))).shape(1, dy.with(2, 1));
            if (types.size() == 3) {
                Lengths.check(inputs, 2);
            }
            return List.of(new TensorType(Element.FLOAT, table));
        }
    }
}
