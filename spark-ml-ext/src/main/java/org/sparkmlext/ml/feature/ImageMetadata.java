package org.sparkmlext.ml.feature;

import java.util.Optional;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.ImageShape;

/**
 * The size of a column's images, kept in the schema beside the column: so a network knows what it will see before any data is read,
 * and a saved pipeline needs no size twice.
 *
 * <p>Form: {@code {"image": {"height": H, "width": W, "channels": C}}}. The column holds H x W x C values a row, the channels of a
 * pixel together.
 */
public final class ImageMetadata {

    private static final String IMAGE = "image";
    private static final String HEIGHT = "height";
    private static final String WIDTH = "width";
    private static final String CHANNELS = "channels";

    private ImageMetadata() {}

    /** Metadata that says a size, to be put on a column with {@code column.as(name, metadata)}. */
    public static Metadata of(ImageShape shape) {
        Metadata image = new MetadataBuilder()
                .putLong(HEIGHT, shape.height())
                .putLong(WIDTH, shape.width())
                .putLong(CHANNELS, shape.channels())
                .build();
        return new MetadataBuilder().putMetadata(IMAGE, image).build();
    }

    /**
     * The size that a column's metadata says; empty where it says none.
     *
     * @throws IllegalArgumentException if it says one that no image can have; names the column
     */
    public static Optional<ImageShape> shape(StructField field) {
        if (!field.metadata().contains(IMAGE)) {
            return Optional.empty();
        }
        try {
            Metadata image = field.metadata().getMetadata(IMAGE);
            return Optional.of(new ImageShape(
                    Math.toIntExact(image.getLong(HEIGHT)),
                    Math.toIntExact(image.getLong(WIDTH)),
                    Math.toIntExact(image.getLong(CHANNELS))));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "column '" + field.name() + "' has the metadata " + field.metadata()
                            + "; needed is {\"image\": {\"height\": H, \"width\": W, \"channels\": C}}, as ImageAssembler writes it",
                    e);
        }
    }
}
