package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.LayerNorm;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * Layer normalisation of a vector, or of each step of a sequence (Ba et al. 2016). Output: the shape of the input.
 *
 * <p>Parameters: {@code scale} K, starting at 1, {@code shift} K, at 0. Epsilon is 1e-5 as in PyTorch (Keras has 1e-3).
 */
public record LayerNormLayer(float epsilon) implements Layer {

    static final String KIND = "layer-norm";
    private static final float EPSILON = 1e-5f;

    public LayerNormLayer {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + "; allowed: above 0 and below 1");
        }
    }

    public static LayerNormLayer of() {
        return new LayerNormLayer(EPSILON);
    }

    static LayerNormLayer read(JsonFields fields) {
        return new LayerNormLayer(fields.number("epsilon", EPSILON));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("epsilon", epsilon);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.single(inputs);
        int rank = context.shape(x).rank();
        if (rank != 2 && rank != 3) {
            throw context.fault("takes a vector or a sequence; got " + context.describe(x));
        }
        Shape features = Shape.of(context.shape(x).size(rank - 1));
        return context.add(
                new LayerNorm(epsilon),
                x,
                context.parameter("scale", features, Initialization.ONES),
                context.parameter("shift", features, Initialization.ZEROS));
    }
}
