package org.sparkmlext.ml.neural;

import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.net.Presets;

/** Makes a network and its settings of Params and of the column that it reads. */
record NetworkPlan(NetworkParams stage) {

    private static final float SMOOTHING = 0.99f;
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    /**
     * The network on rows of this column.
     *
     * @throws IllegalArgumentException if the network is unknown or faulty, or its input does not fit the column; the message has both
     */
    Architecture architecture(StructField column) {
        FeatureForm form = RowReader.form(column.dataType()).orElseThrow();
        ImageInput.Pixels pixels = form.isBytes() ? ImageInput.Pixels.BYTE : ImageInput.Pixels.FLOAT;
        Optional<ImageShape> shape = ImageMetadata.shape(column);
        String text = stage.getNetwork();
        if (!text.strip().startsWith("{")) {
            ImageShape image = shape.orElseThrow(() -> new IllegalArgumentException("network is the preset '" + text
                    + "', which must know the images' size, but column '" + column.name()
                    + "' does not tell it. Make the column with ImageAssembler, put the size into its metadata "
                    + "(ImageMetadata.of), or set network to Network.preset(\"" + text
                    + "\", height, width, channels)."));
            return Presets.named(text, ImageInput.of(image.height(), image.width(), image.channels(), pixels));
        }
        Architecture network = Architecture.fromJson(text);
        if (!(network.input() instanceof ImageInput input)) {
            return network;
        }
        shape.filter(known -> !known.equals(new ImageShape(input.height(), input.width(), input.channels())))
                .ifPresent(known -> {
                    throw new IllegalArgumentException("column '" + column.name() + "' has images of " + known
                            + " (height x width x channels), but the network takes " + input.height() + " x "
                            + input.width()
                            + " x " + input.channels() + ". Set ImageAssembler's size or change the network's input.");
                });
        // The numbers are the same whether 0 to 255 come as bytes or as floats: the column decides, not the network.
        return network.withInput(
                new ImageInput(input.height(), input.width(), input.channels(), pixels, input.scale(), input.shift()));
    }

    NetworkSettings settings(
            Architecture network, LossFunction loss, String augmentation, byte[] initialModel, long seed) {
        return new NetworkSettings(
                network.toJson(),
                loss,
                rule(),
                (float) stage.getLearningRate(),
                stage.getSchedule(),
                stage.getBatchSize(),
                stage.getMaxEpochs(),
                precision(),
                bound(stage.getClipValue()),
                bound(stage.getClipNorm()),
                augmentation,
                stage.getValidationMetric(),
                stage.getEarlyStoppingRounds(),
                false,
                stage.getFreezeUntil(),
                initialModel,
                seed);
    }

    Precision precision() {
        return Precision.valueOf(stage.getPrecision().toUpperCase(Locale.ROOT));
    }

    private static float bound(double value) {
        return value == 0 ? Float.POSITIVE_INFINITY : (float) value;
    }

    private UpdateRule rule() {
        float decay = (float) stage.getWeightDecay();
        return switch (stage.getOptimizer()) {
            case "adam" -> new UpdateRule.Adam(BETA1, BETA2, EPSILON, decay, false);
            case "adamw" -> new UpdateRule.Adam(BETA1, BETA2, EPSILON, decay, true);
            case "rmsprop" -> new UpdateRule.RmsProp(SMOOTHING, EPSILON, decay);
            case "sgd" -> new UpdateRule.Sgd((float) stage.getMomentum(), false, decay);
            default -> throw new IllegalArgumentException("unknown optimizer '" + stage.getOptimizer() + "'");
        };
    }
}
