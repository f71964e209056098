package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Softmax;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * Additive attention over the steps of a sequence (Bahdanau et al. 2015, with the query trained as in Yang et al. 2016): the mean of the
 * steps x[t] that a row has, weighted by {@code softmax over t of v . tanh(W x[t] + b)}. Input: steps x features. Output: features.
 *
 * <p>Parameters: {@code weights} units x features x 1 x 1, {@code bias} units, {@code query} 1 x units x 1 x 1; Glorot uniform, bias 0.
 *
 * @param units length of v
 */
public record AttentionPoolLayer(int units) implements Layer {

    static final String KIND = "attention-pool";

    public AttentionPoolLayer {
        Sizes.requirePositive(units, "units");
    }

    static AttentionPoolLayer read(JsonFields fields) {
        return new AttentionPoolLayer(fields.integer("units"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("units", units);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.singleSequence(inputs);
        int rows = context.shape(x).size(0);
        int steps = context.shape(x).size(1);
        int features = context.shape(x).size(2);
        Shape ofWeights = Shape.of(units, features, 1, 1);
        Shape ofQuery = Shape.of(1, units, 1, 1);
        Op eachStep = new Conv2d(Window2d.square(1), 1);
        Value hidden = context.add(
                eachStep,
                context.add(new StepsAsPixels(), x),
                context.parameter("weights", ofWeights, Initialization.of(Initializer.GLOROT_UNIFORM, ofWeights, 1)),
                context.parameter("bias", Shape.of(units), Initialization.ZEROS));
        Value scores = context.add(
                eachStep,
                context.add(Activation.of(Activation.Function.TANH), hidden),
                context.parameter("query", ofQuery, Initialization.of(Initializer.GLOROT_UNIFORM, ofQuery, 1)));
        Value lengths = context.lengths(x);
        Value ofSteps = context.add(new Reshape(Shape.of(rows, 1, steps)), scores);
        Value shares =
                lengths == null ? context.add(new Softmax(), ofSteps) : context.add(new Softmax(), ofSteps, lengths);
        return context.add(new Reshape(Shape.of(rows, features)), context.add(new MatMul(), shares, x));
    }
}
