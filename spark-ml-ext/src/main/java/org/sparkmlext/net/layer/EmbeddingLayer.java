package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * A trained vector for each id of a vocabulary. Input: the network's input, steps x 1, of whole numbers 0 to vocabulary - 1 as floats; by
 * convention 0 is padding, and what is unknown. Output: steps x units.
 *
 * <p>Parameter: {@code table} vocabulary x units, uniform within 0.05 as in Keras.
 */
public record EmbeddingLayer(int vocabulary, int units) implements Layer {

    static final String KIND = "embedding";

    /** Floats tell whole numbers apart up to here. */
    private static final int MAX_VOCABULARY = 1 << 24;

    /** Uniform within sqrt(3 / 1200) = 0.05. */
    private static final Initialization START = new Initialization(Initializer.LECUN_UNIFORM, 1200, 1);

    public EmbeddingLayer {
        Sizes.requirePositive(units, "units");
        if (vocabulary < 1 || vocabulary > MAX_VOCABULARY) {
            throw new IllegalArgumentException("vocabulary is " + vocabulary + "; allowed: 1 to " + MAX_VOCABULARY);
        }
    }

    static EmbeddingLayer read(JsonFields fields) {
        return new EmbeddingLayer(fields.integer("vocabulary"), fields.integer("units"));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("vocabulary", vocabulary).put("units", units);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value ids = context.requireInput(context.singleSequence(inputs));
        if (context.shape(ids).size(2) != 1) {
            throw context.fault("takes one id a step, steps x 1; got " + context.describe(ids));
        }
        return context.addOverSteps(
                new Embedding(), ids, context.parameter("table", Shape.of(vocabulary, units), START));
    }
}
