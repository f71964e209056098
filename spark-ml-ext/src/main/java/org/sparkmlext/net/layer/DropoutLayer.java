package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Value;

/**
 * Sets elements to 0 with probability {@code rate} in training and scales the others by {@code 1 / (1 - rate)} (Srivastava et al. 2014).
 * Output: the shape of the input.
 *
 * @param rate in [0, 1)
 */
public record DropoutLayer(float rate) implements Layer {

    static final String KIND = "dropout";

    public DropoutLayer {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("rate is " + rate + "; allowed: at least 0 and below 1");
        }
    }

    static DropoutLayer read(JsonFields fields) {
        return new DropoutLayer(fields.number("rate"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("rate", rate);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        return context.dropout(context.single(inputs), rate);
    }
}
