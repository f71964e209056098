package org.sparkmlext.ml.neural;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.ml.stage.StoredStage;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.NetworkOptions;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.net.Presets;

/** What Params say of a network and its training, and of the column that it reads. */
record NetworkPlan(CnnParams stage) {

    /**
     * Checks Params against each other.
     *
     * @throws IllegalArgumentException if they contradict each other; the message says how
     */
    void checkParams() {
        if (stage.isSet(stage.inputCols())) {
            throw new IllegalArgumentException(
                    "inputCols is set, but a CNN reads one column of whole images; set imageCol or "
                            + "featuresCol, and clear(inputCols)");
        }
        if (stage.getEarlyStoppingRounds() > 0 && !stage.isSet(stage.validationIndicatorCol())) {
            throw new IllegalArgumentException(
                    "earlyStoppingRounds is " + stage.getEarlyStoppingRounds()
                            + ", but validationIndicatorCol is not set; set it to a boolean column that is true for validation rows");
        }
    }

    /** Outputs of a network that has its last layer already; -1 where the data decides. */
    int numOutputs() {
        if (!stage.getNetwork().strip().startsWith("{")) {
            return -1;
        }
        Architecture network = Architecture.fromJson(stage.getNetwork());
        return network.hasHead() ? network.numOutputs() : -1;
    }

    /**
     * Finds faults of settings that need no data.
     *
     * @throws IllegalArgumentException if an augmentation does not fit the network, or it lacks a layer that a Param names
     */
    void check(NetworkSettings settings, Architecture network) {
        settings.augmenter(network);
        if (!stage.getFreezeUntil().isEmpty()) {
            network.shape(stage.getFreezeUntil());
        }
        if (!stage.getEmbeddingsLayer().isEmpty()) {
            (network.hasHead() ? network : network.withOutputs(1)).shape(stage.getEmbeddingsLayer());
        }
    }

    /** Bytes of the model that training starts from; empty where it starts from random numbers. */
    byte[] initialModel(SparkSession session) {
        if (stage.getInitialModel().isEmpty()) {
            return new byte[0];
        }
        try {
            StoredStage stored = StoredStage.open(
                    session,
                    stage.getInitialModel(),
                    List.of(CnnClassificationModel.class, CnnRegressionModel.class),
                    NetworkModelFiles.FORMAT_VERSION);
            return NetworkModelFiles.network(stored).bytes();
        } catch (IOException e) {
            throw new UncheckedIOException("initialModel: " + e.getMessage(), e);
        }
    }

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

    /** How it is trained, as the Params say. */
    NetworkOptions options() {
        return new NetworkOptions(
                stage.getOptimizer(),
                stage.getMomentum(),
                stage.getWeightDecay(),
                stage.getLearningRate(),
                stage.getSchedule(),
                stage.getBatchSize(),
                stage.getMaxEpochs(),
                stage.getPrecision(),
                stage.getClipValue(),
                stage.getClipNorm(),
                stage.getValidationMetric(),
                stage.getEarlyStoppingRounds(),
                stage.getFreezeUntil());
    }
}
