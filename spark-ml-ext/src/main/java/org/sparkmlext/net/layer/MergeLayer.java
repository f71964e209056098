package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.Value;

/**
 * Makes one value of two and more: their sum or product element by element, all of the same shape, or all of them one after the
 * other along the first axis that is not the batch (the channels of images), of the same shape but for it.
 */
public record MergeLayer(Merge merge) implements Layer {

    static final String ADD_KIND = "add";
    static final String MULTIPLY_KIND = "multiply";
    static final String CONCAT_KIND = "concat";

    /** How it is done. */
    public enum Merge {
        ADD,
        MULTIPLY,
        CONCAT
    }

    @Override
    public String kind() {
        return switch (merge) {
            case ADD -> ADD_KIND;
            case MULTIPLY -> MULTIPLY_KIND;
            case CONCAT -> CONCAT_KIND;
        };
    }

    @Override
    public void write(FieldWriter fields) {
        // The kind says it all.
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        if (inputs.size() < 2) {
            throw context.fault("takes at least 2 inputs; got "
                    + inputs.stream().map(context::describe).toList());
        }
        Shape first = context.shape(inputs.get(0));
        for (Value input : inputs) {
            Shape shape = context.shape(input);
            boolean fits = merge == Merge.CONCAT
                    ? shape.rank() == first.rank() && shape.with(1, 1).equals(first.with(1, 1))
                    : shape.equals(first);
            if (!fits) {
                throw context.fault("takes inputs of the same shape"
                        + (merge == Merge.CONCAT ? " but for the first axis" : "") + "; got "
                        + context.describe(inputs.get(0)) + " and " + context.describe(input));
            }
        }
        Value[] operands = inputs.toArray(Value[]::new);
        return switch (merge) {
            case ADD -> context.add(new Sum(), operands);
            case CONCAT -> context.add(new Concat(1), operands);
            case MULTIPLY -> {
                Value product = operands[0];
                for (int i = 1; i < operands.length; i++) {
                    product = context.add(new Multiply(), product, operands[i]);
                }
                yield product;
            }
        };
    }
}
