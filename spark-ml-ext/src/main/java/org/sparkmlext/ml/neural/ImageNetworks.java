package org.sparkmlext.ml.neural;

import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.Presets;

/** Networks on columns of images. */
final class ImageNetworks {

    private ImageNetworks() {}

    /**
     * The network on rows of this column.
     *
     * @throws IllegalArgumentException if the network is unknown or faulty, or its input does not fit the column; the message has both
     */
    static Architecture architecture(CnnParams stage, StructField column) {
        FeatureForm form = RowReader.form(column.dataType()).orElseThrow();
        ImageInput.Pixels pixels = form.isBytes() ? ImageInput.Pixels.BYTE : ImageInput.Pixels.FLOAT;
        Optional<ImageShape> shape = ImageMetadata.shape(column);
        String text = stage.getNetwork();
        if (new NetworkPlan(stage).isPreset()) {
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
}
