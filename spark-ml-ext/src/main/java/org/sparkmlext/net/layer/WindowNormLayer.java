package org.sparkmlext.net.layer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WindowNorm;
import org.sparkmlext.kernels.graph.WindowScale;
import org.sparkmlext.kernels.graph.WindowScale.Level;

/**
 * Each window in units of its own, feature by feature: minus the value of the last step or the mean, divided by the deviation + epsilon
 * (in the manner of Kim et al. 2022, without trained numbers). {@link WindowDenormLayer} brings forecasts back. Input: the network's input,
 * steps x features. Output: the same shape.
 *
 * @param level what is subtracted
 * @param isScaled whether it is divided too
 * @param epsilon above 0
 */
public record WindowNormLayer(Level level, boolean isScaled, float epsilon) implements Layer {

    static final String KIND = "window-norm";
    private static final float EPSILON = 1e-5f;

    public WindowNormLayer {
        // Faults of its numbers are known there.
        new WindowScale(level, isScaled, epsilon);
    }

    /** Scaled, with epsilon 1e-5. */
    public static WindowNormLayer of(Level level) {
        return new WindowNormLayer(level, true, EPSILON);
    }

    /** Nothing is divided. */
    public WindowNormLayer unscaled() {
        return new WindowNormLayer(level, false, epsilon);
    }

    static WindowNormLayer read(JsonFields fields) {
        String text = fields.text("level", text(Level.LAST));
        Level level = Arrays.stream(Level.values())
                .filter(l -> text(l).equals(text))
                .findFirst()
                .orElseThrow(() -> fields.fault("has level = " + text + "; allowed: last, mean"));
        return new WindowNormLayer(level, fields.flag("scale", true), fields.number("epsilon", EPSILON));
    }

    private static String text(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("level", text(level)).put("scale", isScaled).put("epsilon", epsilon);
    }

    /** Level and scale of the network's input. */
    Node scale(LayerContext context, Value windows) {
        return context.addNodeOverSteps(new WindowScale(level, isScaled, epsilon), context.requireInput(windows));
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.singleSequence(inputs);
        Node scale = scale(context, x);
        return context.addOverSteps(new WindowNorm(), x, scale.output(0), scale.output(1));
    }
}
