package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * A function of each element. Input and output: any shape.
 *
 * @param function which
 * @param alpha slope below 0 of {@link Function#LEAKY_RELU}, scale of {@link Function#ELU}; 0 elsewhere
 */
public record Activation(Function function, float alpha) implements Op {

    /** The functions, {@code x} to {@code y}. */
    public enum Function {
        /** {@code max(x, 0)}. */
        RELU(true),
        /** {@code x} above 0, {@code alpha x} below; alpha must not be negative. */
        LEAKY_RELU(true),
        /** {@code x} above 0, {@code alpha (exp(x) - 1)} below. */
        ELU(true),
        /** {@code 1 / (1 + exp(-x))}. */
        SIGMOID(true),
        TANH(true),
        /** {@code x / 2 (1 + erf(x / sqrt 2))} (Hendrycks and Gimpel 2016). */
        GELU(false),
        /** {@code x sigmoid(x)}, also called SiLU (Ramachandran et al. 2017). */
        SWISH(false),
        /** {@code log(1 + exp(x))}. */
        SOFTPLUS(false),
        /** {@code x min(max(x/6 + 1/2, 0), 1)} (Howard et al. 2019). */
        HARD_SWISH(false);

        private final boolean isReadFromOutput;

        Function(boolean isReadFromOutput) {
            this.isReadFromOutput = isReadFromOutput;
        }

        /** Whether the gradient is computed from y, so that x need not be kept; else from x. */
        public boolean isReadFromOutput() {
            return isReadFromOutput;
        }

        private boolean hasAlpha() {
            return this == LEAKY_RELU || this == ELU;
        }
    }

    public Activation {
        if (!function.hasAlpha() && alpha != 0) {
            throw new IllegalArgumentException(function + " takes no alpha; got " + alpha);
        }
        if (function.hasAlpha() && !(alpha >= 0 && alpha < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(function + " has alpha " + alpha + "; allowed: finite, at least 0");
        }
    }

    public static Activation of(Function function) {
        return new Activation(function, 0);
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        new Inputs(this, types).count(1).numeric(0);
        return List.of(TensorType.number(types.get(0).shape()));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value read = function.isReadFromOutput() ? node.output(0) : node.input(0);
        Node made = backward.add(node, new Gradient(function, alpha), backward.gradient(node.output(0)), read);
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of y, and y or x as {@link Function#isReadFromOutput} says. Output: gradient of x. */
    public record Gradient(Function function, float alpha) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs = new Inputs(this, types).count(2).numeric(0, 1);
            inputs.shape(1, inputs.shape(0));
            return List.of(TensorType.number(inputs.shape(0)));
        }
    }
}
