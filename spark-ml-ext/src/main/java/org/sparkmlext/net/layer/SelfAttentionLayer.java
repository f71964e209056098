package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.Slice;
import org.sparkmlext.kernels.graph.Softmax;
import org.sparkmlext.kernels.graph.Value;

/**
 * Multi-head self-attention (Vaswani et al. 2017): each head gives {@code softmax(Q K' / sqrt(d)) V} of its own d = features / heads
 * columns of the queries Q, keys K and values V, which are dense layers of each step; a dense layer of the heads side by side ends it. Steps
 * behind the end of a row are no keys. Input and output: steps x features.
 *
 * <p>Parameters: {@code query.}, {@code key.}, {@code value.} and {@code output.} {@code weights} features x features x 1 x 1 and
 * {@code bias} features; Glorot uniform, bias 0.
 *
 * @param heads a divisor of the features
 */
public record SelfAttentionLayer(int heads) implements Layer {

    static final String KIND = "self-attention";

    public SelfAttentionLayer {
        Sizes.requirePositive(heads, "heads");
    }

    static SelfAttentionLayer read(JsonFields fields) {
        return new SelfAttentionLayer(fields.integer("heads"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("heads", heads);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.singleSequence(inputs);
        int features = context.shape(x).size(2);
        if (features % heads != 0) {
            throw context.fault("has " + heads + " heads, which " + features + " features cannot be divided among; got "
                    + context.describe(x));
        }
        Layer ofEachStep = Conv1dLayer.of(features, 1);
        Value queries = context.apply("query", ofEachStep, x);
        Value keys = context.apply("key", ofEachStep, x);
        Value values = context.apply("value", ofEachStep, x);
        Value lengths = context.lengths(x);
        int width = features / heads;
        Value[] all = new Value[heads];
        for (int head = 0; head < heads; head++) {
            Slice part = new Slice(2, head * width, width);
            MatMul scaled = new MatMul(false, true, (float) (1 / Math.sqrt(width)));
            Value scores = context.add(scaled, context.add(part, queries), context.add(part, keys));
            Value shares =
                    lengths == null ? context.add(new Softmax(), scores) : context.add(new Softmax(), scores, lengths);
            all[head] = context.add(new MatMul(), shares, context.add(part, values));
        }
        return context.apply("output", ofEachStep, heads == 1 ? all[0] : context.add(new Concat(2), all));
    }
}
