package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Value;

/**
 * A layer: immutable hyperparameters, best a record, that become ops where a network is lowered to a graph.
 *
 * <p>An own layer composes ops or other layers; its gradient comes for free:
 *
 * <pre>{@code
 * public record Gated(int units) implements Layer {
 *     public static Gated read(JsonFields fields) {
 *         return new Gated(fields.integer("units"));
 *     }
 *
 *     public void write(FieldWriter fields) {
 *         fields.put("units", units);
 *     }
 *
 *     public Value lower(LayerContext context, List<Value> inputs) {
 *         Value values = context.apply("values", DenseLayer.of(units), inputs.get(0));
 *         Value gates = context.apply("gates", DenseLayer.of(units).activation("sigmoid"), inputs.get(0));
 *         return context.add(new Multiply(), values, gates);
 *     }
 * }
 * }</pre>
 */
public interface Layer {

    /**
     * What it is called in JSON: a name of {@link LayerKinds}, or the name of a public class that has a
     * {@code public static ... read(JsonFields)}.
     */
    default String kind() {
        return getClass().getName();
    }

    /** Writes the hyperparameters, all of them and always in the same order; {@code read} of the kind takes them back. */
    void write(FieldWriter fields);

    /**
     * Adds the layer to a graph. Parameters and states must be the same, in the same order, whether the graph trains or not, and must
     * not depend on the number of rows.
     *
     * @param inputs at least one; the first axis of each is the batch
     * @return the output; its first axis is the batch
     * @throws IllegalArgumentException if the inputs do not fit, see {@link LayerContext#fault}
     */
    Value lower(LayerContext context, List<Value> inputs);
}
