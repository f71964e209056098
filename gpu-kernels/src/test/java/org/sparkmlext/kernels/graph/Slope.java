package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Directional derivative of a back end's loss against its own gradient: {@code (L(w + d) - L(w - d)) / (2 d g) = 1}, to 1 % in float32
 * and 15 % in bfloat16.
 *
 * <p>The step goes along the gradient and is as long as changes the loss visibly in the precision. In bfloat16 both ends are rounded
 * first and the rounded step is what counts, so the back end's own copies of the weights round nothing.
 */
final class Slope {

    private Slope() {}

    static void check(CompiledCase compiled, Precision precision) {
        float[] w = compiled.source.parameters();
        float[] gradient = compiled.run().additive();
        double loss = Math.abs(compiled.sum(ModelLayout.LOSS));
        double squares = 0;
        double weights = 0;
        for (int i = 0; i < w.length; i++) {
            squares += (double) gradient[i] * gradient[i];
            weights += (double) w[i] * w[i];
        }
        double change = precision == Precision.FLOAT32 ? 0.01 : 0.15;
        double step = Math.min(change * loss / squares, change * Math.sqrt(weights / squares));
        // What a step and one of twice the length say; together they are right for cubic losses.
        double near = ratio(compiled, gradient, step, precision);
        double far = ratio(compiled, gradient, 2 * step, precision);
        // Where the rows' slopes cancel, the loss moves little beside its own rounding.
        double noise = (precision == Precision.FLOAT32 ? 1e-6 : 4e-3) * loss / (2 * step * squares);
        assertThat((4 * near - far) / 3)
                .as("%s: slope in parts of the gradient, from steps with %s and %s", compiled.source, near, far)
                .isCloseTo(1, within((precision == Precision.FLOAT32 ? 0.01 : 0.15) + noise));
    }

    private static double ratio(CompiledCase compiled, float[] gradient, double step, Precision precision) {
        float[] w = compiled.source.parameters();
        float[] above = w.clone();
        float[] below = w.clone();
        double predicted = 0;
        for (int i = 0; i < w.length; i++) {
            above[i] = rounded(w[i] + step * gradient[i], precision);
            below[i] = rounded(w[i] - step * gradient[i], precision);
            predicted += ((double) above[i] - below[i]) * gradient[i];
        }
        return (loss(compiled, above) - loss(compiled, below)) / predicted;
    }

    private static float rounded(double value, Precision precision) {
        return precision == Precision.FLOAT32 ? (float) value : ReferenceInterpreter.bfloat16(value);
    }

    private static double loss(CompiledCase compiled, float[] parameters) {
        compiled.setParameters(parameters);
        return compiled.run().sum(ModelLayout.LOSS);
    }
}
