package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.ImageStructReader;

/**
 * What {@link ImageAssembler} does with one image: a file as {@code byte[]}, the path of one as {@code String}, or Spark's image struct as
 * {@link Row}.
 *
 * @param resizer brings it to size
 * @param files by their paths; null where the column has none
 * @param column name of the input column, for messages
 * @param failsOnInvalid whether a null or broken image is an error; else it becomes null
 */
record ImageStep(ImageResizer resizer, @Nullable ImageFiles files, String column, boolean failsOnInvalid)
        implements UDF2<Object, String, byte[]>, Serializable {

    @Override
    public byte @Nullable [] call(@Nullable Object image, @Nullable String origin) {
        try {
            if (image == null) {
                throw new BrokenImageException("the image is null");
            }
            return resizer.resize(image instanceof Row struct ? ofStruct(struct) : ImageDecoder.decode(file(image)));
        } catch (BrokenImageException e) {
            if (!failsOnInvalid) {
                return null;
            }
            throw new IllegalArgumentException(
                    "column '" + column + "' (inputCol) holds an image that cannot be read"
                            + (origin == null ? "" : ", of " + origin) + ": " + e.getMessage()
                            + ". Set handleInvalid to null or skip to go on without such images"
                            + (origin == null ? "; with originCol messages name the image." : "."),
                    e);
        }
    }

    private byte[] file(Object image) throws BrokenImageException {
        return image instanceof String path ? Objects.requireNonNull(files).read(path) : (byte[]) image;
    }

    private static PixelImage ofStruct(Row struct) throws BrokenImageException {
        ImageStructReader reader = new ImageStructReader();
        var fault = reader.read(internal(struct));
        if (fault.isPresent()) {
            throw new BrokenImageException(fault.get());
        }
        ImageShape shape = reader.shape();
        byte[] pixels = reader.pixels();
        return shape.channels() == 4
                ? new PixelImage(shape.height(), shape.width(), 3, withoutAlpha(pixels))
                : new PixelImage(shape.height(), shape.width(), shape.channels(), pixels);
    }

    private static InternalRow internal(Row struct) {
        @Nullable Object[] values = new Object[struct.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = struct.get(i) instanceof String text ? UTF8String.fromString(text) : struct.get(i);
        }
        return new GenericInternalRow(values);
    }

    private static byte[] withoutAlpha(byte[] rgba) {
        byte[] rgb = new byte[rgba.length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }
        return rgb;
    }
}
