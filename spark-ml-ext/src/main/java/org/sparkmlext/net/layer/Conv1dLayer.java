package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.Value;

/**
 * Convolution of a sequence, steps x features, along its steps, then a function of each element. Output: steps' x filters.
 *
 * <p>Parameters: {@code weights} filters x features x 1 x kernel, {@code bias} filters. Defaults are those of {@link Conv2dLayer}. A
 * kernel of 1 is a dense layer of every single step. Rows of unequal lengths end in zeros as {@code same} puts them at the end; they need
 * that padding and stride 1.
 *
 * @param isPadded whether zeros are put around so that, at stride 1, there are as many steps as before ({@code same}); else none
 *     ({@code valid})
 * @param activation see {@link ActivationText}
 */
public record Conv1dLayer(
        int filters,
        int kernel,
        int stride,
        boolean isPadded,
        int dilation,
        boolean hasBias,
        String activation,
        Initializer initializer)
        implements Layer {

    static final String KIND = "conv1d";

    public Conv1dLayer {
        Sizes.requirePositive(filters, "filters");
        Sizes.requirePositive(kernel, "kernel");
        Sizes.requirePositive(stride, "stride");
        Sizes.requirePositive(dilation, "dilation");
        activation = ActivationText.canonical(activation);
    }

    public static Conv1dLayer of(int filters, int kernel) {
        return new Conv1dLayer(filters, kernel, 1, false, 1, true, ActivationText.LINEAR, Initializer.GLOROT_UNIFORM);
    }

    public Conv1dLayer stride(int changed) {
        return new Conv1dLayer(filters, kernel, changed, isPadded, dilation, hasBias, activation, initializer);
    }

    /** Padding {@code same}. */
    public Conv1dLayer padded() {
        return new Conv1dLayer(filters, kernel, stride, true, dilation, hasBias, activation, initializer);
    }

    public Conv1dLayer dilation(int changed) {
        return new Conv1dLayer(filters, kernel, stride, isPadded, changed, hasBias, activation, initializer);
    }

    public Conv1dLayer withoutBias() {
        return new Conv1dLayer(filters, kernel, stride, isPadded, dilation, false, activation, initializer);
    }

    public Conv1dLayer activation(String changed) {
        return new Conv1dLayer(filters, kernel, stride, isPadded, dilation, hasBias, changed, initializer);
    }

    public Conv1dLayer initializer(Initializer changed) {
        return new Conv1dLayer(filters, kernel, stride, isPadded, dilation, hasBias, activation, changed);
    }

    static Conv1dLayer read(JsonFields fields) {
        String padding = fields.text("padding", "valid");
        if (!padding.equals("valid") && !padding.equals("same")) {
            throw fields.fault("has padding = " + padding + "; allowed: valid, same");
        }
        return new Conv1dLayer(
                fields.integer("filters"),
                fields.integer("kernel"),
                fields.integer("stride", 1),
                padding.equals("same"),
                fields.integer("dilation", 1),
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
        fields.put("filters", filters)
                .put("kernel", kernel)
                .put("stride", stride)
                .put("padding", isPadded ? "same" : "valid")
                .put("dilation", dilation)
                .put("bias", hasBias)
                .put("activation", activation)
                .put("initializer", initializer);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value steps = context.singleSequence(inputs);
        if (context.lengths(steps) != null && (stride > 1 || (kernel > 1 && !isPadded))) {
            throw context.fault(
                    "gives another number of steps, which rows of unequal lengths do not allow. Take padding 'same'"
                            + " and stride 1.");
        }
        Value pixels = context.add(new StepsAsPixels(), kernel > 1 ? context.withoutPadding(steps) : steps);
        Layer convolution = new Conv2dLayer(
                filters,
                SlidingWindow.of(1)
                        .kernel(1, kernel)
                        .strides(1, stride)
                        .dilation(1, dilation)
                        .padding(isPadded ? Padding.SAME : Padding.VALID),
                1,
                hasBias,
                activation,
                initializer);
        return context.add(new StepsAsPixels.Inverse(), convolution.lower(context, List.of(pixels)));
    }
}
