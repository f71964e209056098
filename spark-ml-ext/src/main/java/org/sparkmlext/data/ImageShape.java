package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Size of an image whose pixels lie row by row, channels together.
 *
 * @param height rows of pixels, at least 1
 * @param width pixels a row, at least 1
 * @param channels bytes a pixel, at least 1: 1 grey, 3 red, green and blue, 4 the same with alpha
 */
public record ImageShape(int height, int width, int channels) implements Serializable, Comparable<ImageShape> {

    private static final Comparator<ImageShape> ORDER = Comparator.comparingInt(ImageShape::height)
            .thenComparingInt(ImageShape::width)
            .thenComparingInt(ImageShape::channels);

    public ImageShape {
        long length = (long) height * width;
        if (height < 1 || width < 1 || channels < 1 || length > Integer.MAX_VALUE / channels) {
            throw new IllegalArgumentException("an image cannot be of size " + height + " x " + width + " x " + channels
                    + " (height x width x channels); allowed: each at least 1, and at most 2^31 - 1 bytes in all");
        }
    }

    /** Bytes of an image: features of its row. */
    public int length() {
        return height * width * channels;
    }

    @Override
    public int compareTo(ImageShape other) {
        return ORDER.compare(this, other);
    }

    /** Such as {@code 28 x 28 x 1}: height, width, channels. */
    @Override
    public String toString() {
        return height + " x " + width + " x " + channels;
    }
}
