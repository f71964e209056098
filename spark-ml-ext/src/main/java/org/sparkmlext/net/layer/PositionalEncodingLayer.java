package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.PositionalEncoding;
import org.sparkmlext.kernels.graph.Value;

/** Adds to each step of a sequence waves that tell where it is, see {@link PositionalEncoding}. Output: the shape of the input. */
public record PositionalEncodingLayer() implements Layer {

    static final String KIND = "positional-encoding";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        // The kind says it all.
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        return context.add(new PositionalEncoding(), context.singleSequence(inputs));
    }
}
