package org.sparkmlext.data;

import java.util.Optional;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Reads Spark's image struct: origin, height, width, nChannels, mode, data. One value at a time; not thread-safe. */
public final class ImageStructReader {

    private static final int NUM_FIELDS = 6;
    private static final int ORIGIN = 0;
    private static final int HEIGHT = 1;
    private static final int WIDTH = 2;
    private static final int CHANNELS = 3;
    private static final int MODE = 4;
    private static final int DATA = 5;
    /** OpenCV's type of 8 unsigned bits, of as many channels: depth 0, channels less one from bit 3. */
    private static final int CHANNEL_SHIFT = 3;

    private String origin = "";
    private @Nullable ImageShape shape;
    private byte[] data = {};

    /** Whether a type is Spark's image struct. */
    public static boolean isImage(DataType type) {
        StructType image = ImageSchema.columnSchema();
        if (!(type instanceof StructType struct) || struct.length() != image.length()) {
            return false;
        }
        for (int i = 0; i < image.length(); i++) {
            boolean isSame = struct.fields()[i].name().equals(image.fields()[i].name())
                    && struct.fields()[i].dataType().equals(image.fields()[i].dataType());
            if (!isSame) {
                return false;
            }
        }
        return true;
    }

    /** Fields to ask a row for. */
    public static int numFields() {
        return NUM_FIELDS;
    }

    /** Reads an image and keeps it until the next call; gives what is wrong with it, if anything is. */
    public Optional<String> read(InternalRow image) {
        shape = null;
        origin = image.isNullAt(ORIGIN) ? "" : image.getUTF8String(ORIGIN).toString();
        int height = image.getInt(HEIGHT);
        int width = image.getInt(WIDTH);
        int channels = image.getInt(CHANNELS);
        int mode = image.getInt(MODE);
        if (image.isNullAt(DATA) || height < 1 || width < 1) {
            return Optional.of(named("no image (height " + height + ", width " + width + ")"));
        }
        boolean isKnown = (channels == 1 || channels == 3 || channels == 4) && mode == (channels - 1) << CHANNEL_SHIFT;
        if (!isKnown) {
            return Optional.of(named("mode " + mode + " with " + channels + " channels"));
        }
        data = image.getBinary(DATA);
        if (data.length != (long) height * width * channels) {
            return Optional.of(named(data.length + " bytes for " + height + " x " + width + " x " + channels));
        }
        shape = new ImageShape(height, width, channels);
        return Optional.empty();
    }

    private String named(String what) {
        return origin.isEmpty() ? what : origin + ": " + what;
    }

    /** Where the image last read came from; empty if that is not known. */
    public String origin() {
        return origin;
    }

    /** Size of the image last read without fault. */
    public ImageShape shape() {
        ImageShape known = shape;
        if (known == null) {
            throw new IllegalStateException("no image was read without fault");
        }
        return known;
    }

    /** Pixels of the image last read without fault, in the order red, green, blue, alpha. May be the row's own array. */
    public byte[] pixels() {
        int channels = shape().channels();
        if (channels == 1) {
            return data;
        }
        byte[] pixels = data.clone();
        for (int at = 0; at < pixels.length; at += channels) {
            pixels[at] = data[at + 2];
            pixels[at + 2] = data[at];
        }
        return pixels;
    }
}
