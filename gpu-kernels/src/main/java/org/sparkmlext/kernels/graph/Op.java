package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * An operation: immutable, its attributes known when the graph is built. Implementations are records that state inputs, outputs and
 * formula; the ops of a backward pass stand inside the op they belong to.
 */
public sealed interface Op
        permits Source,
                Image,
                Conv2d,
                Conv2d.InputGradient,
                Conv2d.WeightGradient,
                Dense,
                Dense.InputGradient,
                Dense.WeightGradient,
                BatchNorm,
                BatchNorm.Gradient,
                BatchNorm.Inference,
                Activation,
                Activation.Gradient,
                MaxPool2d,
                MaxPool2d.Gradient,
                AveragePool2d,
                AveragePool2d.Gradient,
                Dropout,
                Dropout.Gradient,
                Sum,
                Multiply,
                Concat,
                Slice,
                Slice.Gradient,
                Reshape,
                Softmax,
                Softmax.Gradient,
                Loss,
                Loss.Gradient,
                Correct,
                Recurrent,
                Recurrent.Gradient,
                ReverseSteps,
                LastStep,
                LastStep.Gradient,
                StepsAsPixels,
                StepsAsPixels.Inverse,
                MatMul,
                MaskSteps,
                PoolSteps,
                PoolSteps.Gradient,
                StepsNorm,
                StepsNorm.Gradient,
                WindowScale,
                WindowNorm,
                WindowDenorm,
                WindowDenorm.Gradient,
                LayerNorm,
                LayerNorm.Gradient,
                Embedding,
                Embedding.Gradient,
                PositionalEncoding {

    /**
     * Types of the outputs.
     *
     * @throws IllegalArgumentException if the inputs do not fit; the message has the shapes
     */
    List<TensorType> types(List<TensorType> inputs);

    /**
     * Adds the nodes of the backward pass: for each input that {@link Backward#needs}, its share of the gradient by
     * {@link Backward#contribute}. Called once, when the gradients of all outputs are complete and that of at least one exists.
     */
    default void differentiate(Backward backward, Node node) {
        throw new IllegalStateException(name() + " has no gradient rule");
    }

    /** For messages and profiles, e.g. {@code conv2d}, {@code conv2d.weight-gradient}. */
    default String name() {
        Class<?> type = getClass();
        Class<?> outer = type.getEnclosingClass();
        return (outer == null ? "" : hyphenated(outer.getSimpleName()) + ".") + hyphenated(type.getSimpleName());
    }

    private static String hyphenated(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(java.util.Locale.ROOT);
    }
}
