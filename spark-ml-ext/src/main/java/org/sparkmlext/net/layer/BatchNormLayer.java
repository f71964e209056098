package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.StepsNorm;
import org.sparkmlext.kernels.graph.Value;

/**
 * Batch normalisation of the channels of an image, the features of a sequence or the values of a vector (Ioffe and Szegedy 2015), then a
 * function of each element. Output: the shape of the input. Of sequences only the steps that rows have are counted.
 *
 * <p>It trains with the statistics of a worker's batch and scores with their running means; frozen, it uses the running means too.
 * Parameters: {@code scale} C, starting at 1, {@code shift} C, at 0; states: {@code mean} C, at 0, {@code variance} C, at 1. Epsilon is
 * 1e-5 as in PyTorch (Keras has 1e-3).
 *
 * @param activation see {@link ActivationText}
 */
public record BatchNormLayer(float epsilon, String activation) implements Layer {

    static final String KIND = "batch-norm";
    private static final float EPSILON = 1e-5f;

    public BatchNormLayer {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + "; allowed: above 0 and below 1");
        }
        activation = ActivationText.canonical(activation);
    }

    public static BatchNormLayer of() {
        return new BatchNormLayer(EPSILON, ActivationText.LINEAR);
    }

    public BatchNormLayer activation(String changed) {
        return new BatchNormLayer(epsilon, changed);
    }

    static BatchNormLayer read(JsonFields fields) {
        return new BatchNormLayer(fields.number("epsilon", EPSILON), fields.text("activation", ActivationText.LINEAR));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("epsilon", epsilon).put("activation", activation);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.single(inputs);
        int rank = context.shape(x).rank();
        if (rank < 2 || rank > 4) {
            throw context.fault("takes a vector, a sequence or an image; got " + context.describe(x));
        }
        Shape channels = Shape.of(context.shape(x).size(rank == 3 ? 2 : 1));
        Value scale = context.parameter("scale", channels, Initialization.ONES);
        Value shift = context.parameter("shift", channels, Initialization.ZEROS);
        Value mean = context.state("mean", channels, 0);
        Value variance = context.state("variance", channels, 1);
        Value lengths = rank == 3 ? context.lengths(x) : null;
        // Of sequences that all have all steps the features are the channels of an image.
        boolean isImage = rank == 3 && (lengths == null || !context.isTraining());
        Value input = isImage ? context.add(new StepsAsPixels(), x) : x;
        Value normalised;
        if (context.isTraining()) {
            Node node = lengths == null
                    ? context.addNode(new BatchNorm(epsilon), input, scale, shift)
                    : context.addNode(new StepsNorm(epsilon), input, scale, shift, lengths);
            context.statistic("mean", node.output(1));
            context.statistic("variance", node.output(2));
            normalised = node.output(0);
        } else {
            normalised = context.add(new BatchNorm.Inference(epsilon), input, scale, shift, mean, variance);
        }
        Value activated = context.activate(activation, normalised);
        return isImage ? context.add(new StepsAsPixels.Inverse(), activated) : activated;
    }
}
