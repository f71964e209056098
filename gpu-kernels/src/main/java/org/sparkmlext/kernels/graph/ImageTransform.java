package org.sparkmlext.kernels.graph;

import java.util.Objects;

/**
 * How an image of unsigned bytes, height x width x channels, is changed on its way into a batch. All of it is whole numbers and doubles
 * whose order is told, so that every back end makes the same bytes.
 *
 * <p>A pixel at column x and row y of the result, both from 0:
 *
 * <ol>
 *   <li>It is taken from the {@linkplain Affine place} (X, Y) of the image, in 65,536ths of a pixel: of the four pixels round it, those
 *       outside the image 0, {@code (v00 (256 - a) + v01 a) (256 - b) + (v10 (256 - a) + v11 a) b}, rounded to its 65,536th part, with a and b the first
 *       eight fractional bits of X and Y.
 *   <li>Brightness and contrast: {@code floor(127.5 + contrast (brightness v - 127.5) + 0.5)}, at least 0 and at most 255.
 *   <li>Saturation, of three channels only: {@code g + ((v - g) saturation + 2^15 >> 16)}, at least 0 and at most 255, with the pixel's
 *       grey {@code g = (19595 r + 38470 g + 7471 b + 2^15) >> 16} (luma of ITU-R BT.601).
 *   <li>What is erased becomes 0.
 * </ol>
 *
 * @param places where pixels come from
 * @param brightness factor of values
 * @param contrast factor of the distance from 127.5
 * @param saturation factor of the distance from the pixel's grey, in 65,536ths
 * @param erased what becomes 0
 */
public record ImageTransform(Affine places, double brightness, double contrast, int saturation, Box erased) {

    /** Fractional bits of places and of the saturation. */
    public static final int FRACTION_BITS = 16;

    /** 1 in places and in the saturation. */
    public static final int ONE = 1 << FRACTION_BITS;

    /** Copies an image as it is. */
    public static final ImageTransform IDENTITY =
            new ImageTransform(new Affine(0, 0, 0, 1, ONE, 0), 1, 1, ONE, Box.NONE);

    public ImageTransform {
        Objects.requireNonNull(places);
        Objects.requireNonNull(erased);
    }

    /**
     * Where the pixel at column x and row y comes from: {@code X = rint((firstX + y downX) 2^16) + x stepX} and
     * {@code Y = rint((firstY + y downY) 2^16) + x stepY}, every product and sum of doubles rounded by itself, rint to the nearest, ties to even.
     * Who makes one sees to it that all places of an image fit into 32 bits.
     *
     * @param firstX of the first pixel, in pixels
     * @param firstY likewise
     * @param downX from a row to the next, in pixels
     * @param downY likewise
     * @param stepX from a column to the next, in 65,536ths of a pixel
     * @param stepY likewise
     */
    public record Affine(double firstX, double firstY, double downX, double downY, int stepX, int stepY) {

        /** X of the first pixel of a row. */
        public int rowX(int y) {
            return fixed(firstX + y * downX);
        }

        /** Y of the first pixel of a row. */
        public int rowY(int y) {
            return fixed(firstY + y * downY);
        }

        private static int fixed(double pixels) {
            return (int) Math.rint(pixels * ONE);
        }
    }

    /** Rows {@code [top, bottom)} and columns {@code [left, right)}. */
    public record Box(int top, int bottom, int left, int right) {
        /** No pixel. */
        public static final Box NONE = new Box(0, 0, 0, 0);
    }
}
