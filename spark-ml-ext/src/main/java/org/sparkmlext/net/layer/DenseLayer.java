package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * A fully connected layer, then a function of each element. Input: K values of any shape, in plain order, 0 behind the end of a sequence.
 * Output: units.
 *
 * <p>Parameters: {@code weights} units x K, {@code bias} units. Defaults are those of Keras: with bias, Glorot uniform, bias 0.
 *
 * @param activation see {@link ActivationText}
 */
public record DenseLayer(int units, boolean hasBias, String activation, Initializer initializer) implements Layer {

    static final String KIND = "dense";

    public DenseLayer {
        Sizes.requirePositive(units, "units");
        activation = ActivationText.canonical(activation);
    }

    public static DenseLayer of(int units) {
        return new DenseLayer(units, true, ActivationText.LINEAR, Initializer.GLOROT_UNIFORM);
    }

    public DenseLayer withoutBias() {
        return new DenseLayer(units, false, activation, initializer);
    }

    public DenseLayer activation(String changed) {
        return new DenseLayer(units, hasBias, changed, initializer);
    }

    public DenseLayer initializer(Initializer changed) {
        return new DenseLayer(units, hasBias, activation, changed);
    }

    static DenseLayer read(JsonFields fields) {
        return new DenseLayer(
                fields.integer("units"),
                fields.flag("bias", true),
                fields.text("activation", ActivationText.LINEAR),
                fields.initializer("initializer", Initializer.GLOROT_UNIFORM));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("units", units)
                .put("bias", hasBias)
                .put("activation", activation)
                .put("initializer", initializer);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value rows = context.withoutPadding(context.single(inputs));
        Shape shape = Shape.of(units, context.shape(rows).elementsPerRow());
        Value weights = context.parameter("weights", shape, Initialization.of(initializer, shape, 1));
        Value sums = hasBias
                ? context.add(
                        new Dense(), rows, weights, context.parameter("bias", Shape.of(units), Initialization.ZEROS))
                : context.add(new Dense(), rows, weights);
        return context.activate(activation, sums);
    }
}
