package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;

/** What a row of a network's data is. In JSON an object whose {@code kind} says which. */
public sealed interface NetworkInput permits ImageInput, SequenceInput, VectorInput {

    /** Name in JSON. */
    String kind();

    /** Writes what it is made of. */
    void write(FieldWriter fields);

    /** Type of the graph's input {@link NetworkGraphs#INPUT} for a batch: how the caller lays the rows out. */
    TensorType type(int rows);

    /** Adds the input and what makes numbers of it; gives back what the first layer sees. */
    Value lower(GraphBuilder graph);

    /** Values of a row. */
    default int rowLength() {
        return type(1).shape().elements();
    }

    /** Whether rows are unsigned bytes; else floats. */
    default boolean takesBytes() {
        return type(1).element() == Element.BYTE;
    }

    /** Whether rows have lengths, which the graph then takes as {@link NetworkGraphs#LENGTHS}. */
    default boolean hasLengths() {
        return false;
    }

    /** What rows are standardised by before they are fed, feature by feature of each step. */
    default Standardisation standardisation() {
        return Standardisation.NONE;
    }

    /** For people: {@code image 28x28x1 of bytes}. */
    String describe();

    /** @throws IllegalArgumentException if the kind is unknown or a field wrong */
    static NetworkInput read(JsonFields fields) {
        String kind = fields.text("kind");
        NetworkInput input = switch (kind) {
            case ImageInput.KIND -> ImageInput.read(fields);
            case SequenceInput.KIND -> SequenceInput.read(fields);
            case VectorInput.KIND -> VectorInput.read(fields);
            default ->
                throw fields.fault("is of the unknown kind '" + kind + "'; known are " + ImageInput.KIND + ", "
                        + SequenceInput.KIND + ", " + VectorInput.KIND + ". A newer spark-ml-ext may know it.");
        };
        fields.requireNoMore();
        return input;
    }
}
