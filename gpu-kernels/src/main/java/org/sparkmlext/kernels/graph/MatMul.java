package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Product of two matrices in each row of the batch.
 *
 * <p>Inputs: N x A x B, N x B x C. Output: N x A x C, {@code y[n,a,c] = factor * sum over b of x[n,a,b] * z[n,b,c]}.
 *
 * @param isFirstTransposed the first input is N x B x A
 * @param isSecondTransposed the second input is N x C x B
 * @param factor finite, above 0
 */
public record MatMul(boolean isFirstTransposed, boolean isSecondTransposed, float factor) implements Op {

    public MatMul {
        if (!(factor > 0 && factor < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the factor of a product is " + factor + "; allowed: finite, above 0");
        }
    }

    /** With the factor 1. */
    public MatMul(boolean isFirstTransposed, boolean isSecondTransposed) {
        this(isFirstTransposed, isSecondTransposed, 1);
    }

    /** Nothing is transposed, with the factor 1. */
    public MatMul() {
        this(false, false);
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(2).rank(0, 3).rank(1, 3).numeric(0, 1);
        Shape first = inputs.shape(0);
        Shape second = inputs.shape(1);
        int inner = first.size(isFirstTransposed ? 1 : 2);
        inputs.require(
                first.size(0) == second.size(0) && inner == second.size(isSecondTransposed ? 2 : 1),
                "batches and inner sizes must be the same"
                        + (isFirstTransposed ? ", the first transposed" : "")
                        + (isSecondTransposed ? ", the second transposed" : ""));
        return List.of(TensorType.number(Shape.of(
                first.size(0), first.size(isFirstTransposed ? 2 : 1), second.size(isSecondTransposed ? 1 : 2))));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value gradient = backward.gradient(node.output(0));
        Value first = node.input(0);
        Value second = node.input(1);
        if (backward.needs(first)) {
            Node made = isFirstTransposed
                    ? backward.add(node, new MatMul(isSecondTransposed, true, factor), second, gradient)
                    : backward.add(node, new MatMul(false, !isSecondTransposed, factor), gradient, second);
            backward.contribute(first, made.output(0));
        }
        if (backward.needs(second)) {
            Node made = isSecondTransposed
                    ? backward.add(node, new MatMul(true, isFirstTransposed, factor), gradient, first)
                    : backward.add(node, new MatMul(!isFirstTransposed, false, factor), first, gradient);
            backward.contribute(second, made.output(0));
        }
    }
}
