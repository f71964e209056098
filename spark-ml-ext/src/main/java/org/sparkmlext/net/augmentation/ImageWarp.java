package org.sparkmlext.net.augmentation;

import java.util.Arrays;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.graph.ImageTransform;

/**
 * Where each pixel of a changed image lies in the image as it was: one affine map, sampled bilinearly in fixed point, so that every
 * machine gives the same bytes. What lies outside is 0. The formula is {@link ImageTransform}'s.
 */
final class ImageWarp {

    /** Fractional bits of places. */
    private static final int PLACE_BITS = ImageTransform.FRACTION_BITS;
    /** Fractional bits of weights. */
    private static final int WEIGHT_BITS = 8;

    private static final int WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;
    private static final int HALF = 1 << (2 * WEIGHT_BITS - 1);

    private final int height;
    private final int width;
    private final int channels;
    private final ImageTransform.Affine places;
    private final int stepX;
    private final int stepY;
    private final boolean isCopy;

    ImageWarp(ImageShape shape, ImageTransform.Affine places) {
        this.height = shape.height();
        this.width = shape.width();
        this.channels = shape.channels();
        this.places = places;
        this.stepX = places.stepX();
        this.stepY = places.stepY();
        boolean isStraight =
                places.downX() == 0 && places.downY() == 1 && Math.abs(stepX) == ImageTransform.ONE && stepY == 0;
        this.isCopy = isStraight
                && places.firstX() == Math.rint(places.firstX())
                && places.firstY() == Math.rint(places.firstY());
    }

    /** Writes the changed image to {@code target[to ...]}; the arrays must not be the same. */
    void apply(byte[] source, int from, byte[] target, int to) {
        for (int y = 0; y < height; y++) {
            int row = to + y * width * channels;
            if (isCopy) {
                copyRow(source, from, (int) places.firstY() + y, target, row);
            } else {
                int sourceX = places.rowX(y);
                int sourceY = places.rowY(y);
                if (channels == 1) {
                    greyRow(source, from, sourceX, sourceY, target, row);
                } else {
                    row(source, from, sourceX, sourceY, target, row);
                }
            }
        }
    }

    private void copyRow(byte[] source, int from, int sourceY, byte[] target, int to) {
        int bytes = width * channels;
        if (sourceY < 0 || sourceY >= height) {
            Arrays.fill(target, to, to + bytes, (byte) 0);
            return;
        }
        int row = from + sourceY * bytes;
        int first = (int) places.firstX();
        if (stepX > 0) {
            // Moved by -first pixels.
            int begin = Math.max(0, Math.min(width, -first));
            int end = Math.max(begin, Math.min(width, width - first));
            Arrays.fill(target, to, to + begin * channels, (byte) 0);
            if (end > begin) {
                System.arraycopy(
                        source,
                        row + (begin + first) * channels,
                        target,
                        to + begin * channels,
                        (end - begin) * channels);
            }
            Arrays.fill(target, to + end * channels, to + bytes, (byte) 0);
            return;
        }
        for (int x = 0; x < width; x++) {
            int sourceX = first - x;
            boolean isInside = sourceX >= 0 && sourceX < width;
            for (int c = 0; c < channels; c++) {
                target[to + x * channels + c] = isInside ? source[row + sourceX * channels + c] : 0;
            }
        }
    }

    private void greyRow(byte[] source, int from, int startX, int startY, byte[] target, int to) {
        int sourceX = startX;
        int sourceY = startY;
        for (int x = 0; x < width; x++, sourceX += stepX, sourceY += stepY) {
            int left = sourceX >> PLACE_BITS;
            int top = sourceY >> PLACE_BITS;
            int shareX = (sourceX >> (PLACE_BITS - WEIGHT_BITS)) & WEIGHT_MASK;
            int shareY = (sourceY >> (PLACE_BITS - WEIGHT_BITS)) & WEIGHT_MASK;
            if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
                int at = from + top * width + left;
                int upper =
                        ((source[at] & 0xff) << WEIGHT_BITS) + ((source[at + 1] & 0xff) - (source[at] & 0xff)) * shareX;
                int below = at + width;
                int lower = ((source[below] & 0xff) << WEIGHT_BITS)
                        + ((source[below + 1] & 0xff) - (source[below] & 0xff)) * shareX;
                target[to + x] =
                        (byte) (((upper << WEIGHT_BITS) + (lower - upper) * shareY + HALF) >> (2 * WEIGHT_BITS));
            } else {
                target[to + x] = (byte) atBorder(source, from, left, top, shareX, shareY, 0);
            }
        }
    }

    private void row(byte[] source, int from, int startX, int startY, byte[] target, int to) {
        int sourceX = startX;
        int sourceY = startY;
        int rowBytes = width * channels;
        for (int x = 0, out = to; x < width; x++, sourceX += stepX, sourceY += stepY) {
            int left = sourceX >> PLACE_BITS;
            int top = sourceY >> PLACE_BITS;
            int shareX = (sourceX >> (PLACE_BITS - WEIGHT_BITS)) & WEIGHT_MASK;
            int shareY = (sourceY >> (PLACE_BITS - WEIGHT_BITS)) & WEIGHT_MASK;
            if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
                int at = from + top * rowBytes + left * channels;
                for (int c = 0; c < channels; c++, at++) {
                    int upper = ((source[at] & 0xff) << WEIGHT_BITS)
                            + ((source[at + channels] & 0xff) - (source[at] & 0xff)) * shareX;
                    int below = at + rowBytes;
                    int lower = ((source[below] & 0xff) << WEIGHT_BITS)
                            + ((source[below + channels] & 0xff) - (source[below] & 0xff)) * shareX;
                    target[out++] =
                            (byte) (((upper << WEIGHT_BITS) + (lower - upper) * shareY + HALF) >> (2 * WEIGHT_BITS));
                }
            } else {
                for (int c = 0; c < channels; c++) {
                    target[out++] = (byte) atBorder(source, from, left, top, shareX, shareY, c);
                }
            }
        }
    }

    private int atBorder(byte[] source, int from, int left, int top, int shareX, int shareY, int channel) {
        if (left < -1 || left >= width || top < -1 || top >= height) {
            return 0;
        }
        int one = 1 << WEIGHT_BITS;
        int upper = value(source, from, left, top, channel) * (one - shareX)
                + value(source, from, left + 1, top, channel) * shareX;
        int lower = value(source, from, left, top + 1, channel) * (one - shareX)
                + value(source, from, left + 1, top + 1, channel) * shareX;
        return (upper * (one - shareY) + lower * shareY + HALF) >> (2 * WEIGHT_BITS);
    }

    private int value(byte[] source, int from, int x, int y, int channel) {
        boolean isInside = x >= 0 && x < width && y >= 0 && y < height;
        return isInside ? source[from + (y * width + x) * channels + channel] & 0xff : 0;
    }
}
