package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * A fully connected layer.
 *
 * <p>Inputs: rows N x ..., of K values each in plain order, weights O x K, and optionally bias O. Output: N x O.
 * {@code y[n,o] = b[o] + sum over k of x[n,k] * w[o,k]}.
 */
public record Dense() implements Op {

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2, 3).rank(1, 2).numeric(0, 1);
        Shape rows = inputs.shape(0);
        int units = inputs.shape(1).size(0);
        inputs.require(rows.rank() >= 2, "input 0 must have at least 2 axes")
                .shape(1, Shape.of(units, rows.elementsPerRow()));
        if (types.size() == 3) {
            inputs.shape(2, Shape.of(units));
        }
        return List.of(TensorType.number(Shape.of(rows.size(0), units)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value gradient = backward.gradient(node.output(0));
        Value rows = node.input(0);
        Value weights = node.input(1);
        boolean hasBias = node.inputs().size() == 3;
        if (backward.needs(weights) || (hasBias && backward.needs(node.input(2)))) {
            Node made = backward.add(node, new WeightGradient(hasBias), rows, gradient);
            backward.contribute(weights, made.output(0));
            if (hasBias) {
                backward.contribute(node.input(2), made.output(1));
            }
        }
        if (backward.needs(rows)) {
            Node made = backward.add(node, new InputGradient(backward.shape(rows)), gradient, weights);
            backward.contribute(rows, made.output(0));
        }
    }

    /** Inputs: gradient of the output N x O, weights O x K. Output: gradient of the rows, of shape {@code rows}. */
    public record InputGradient(Shape rows) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types).count(2).rank(0, 2).rank(1, 2).numeric(0, 1);
            return List.of(TensorType.number(rows));
        }
    }

    /** Inputs: rows, gradient of the output. Outputs: gradient of the weights O x K and, where there is one, of the bias. */
    public record WeightGradient(boolean hasBias) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(2).rank(1, 2).numeric(0, 1);
            int units = inputs.shape(1).size(1);
            List<TensorType> made = new ArrayList<>(
                    List.of(TensorType.floats(units, inputs.shape(0).elementsPerRow())));
            if (hasBias) {
                made.add(TensorType.floats(units));
            }
            return made;
        }
    }
}
