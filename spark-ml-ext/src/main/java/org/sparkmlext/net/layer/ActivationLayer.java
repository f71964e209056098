package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Value;

/**
 * A function of each element. Output: the shape of the input.
 *
 * @param activation see {@link ActivationText}
 */
public record ActivationLayer(String activation) implements Layer {

    static final String KIND = "activation";

    public ActivationLayer {
        activation = ActivationText.canonical(activation);
    }

    static ActivationLayer read(JsonFields fields) {
        return new ActivationLayer(fields.text("activation"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("activation", activation);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        return context.activate(activation, context.single(inputs));
    }
}
