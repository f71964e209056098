package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;

/** Vectors of so many floats, which the first layer sees as they are. */
public record VectorInput(int length) implements NetworkInput {

    static final String KIND = "vector";

    public VectorInput {
        if (length < 1) {
            throw new IllegalArgumentException("a vector has " + length + " values; it must have at least 1");
        }
    }

    static VectorInput read(JsonFields fields) {
        return new VectorInput(fields.integer("length"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("length", length);
    }

    @Override
    public TensorType type(int rows) {
        return TensorType.floats(rows, length);
    }

    @Override
    public Value lower(GraphBuilder graph) {
        return graph.input(NetworkGraphs.INPUT, type(graph.rows()));
    }

    @Override
    public String describe() {
        return "vector of " + length + " floats";
    }
}
