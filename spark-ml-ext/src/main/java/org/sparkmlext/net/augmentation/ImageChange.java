package org.sparkmlext.net.augmentation;

import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.ImageTransform;
import org.sparkmlext.net.augmentation.Augmentation.Change;

/**
 * What happens to one image, once it is drawn.
 *
 * @param isFlipped whether it is mirrored left to right
 * @param degrees by which it is turned, anticlockwise as seen
 * @param zoom factor by which it is enlarged
 * @param right pixels by which it moves to the right
 * @param down pixels by which it moves down
 * @param brightness factor of values
 * @param contrast factor of the distance from mid-grey
 * @param saturation factor of the distance from the pixel's grey
 * @param erased what becomes black
 */
record ImageChange(
        boolean isFlipped,
        double degrees,
        double zoom,
        double right,
        double down,
        double brightness,
        double contrast,
        double saturation,
        ImageTransform.Box erased) {

    private static final double LEAST_AREA = 0.02;
    private static final double MOST_AREA = 0.33;
    /** Of the sides of what is erased, from its inverse up. */
    private static final double MOST_RATIO = 3.3;

    /**
     * Draws a change. Every number has a place of its own in the row's random numbers, so that one kind of change more does not draw
     * the others anew.
     *
     * @param key {@link CounterRandom#rowKey} of the image
     */
    static ImageChange draw(Augmentation augmentation, ImageShape shape, long key) {
        double crop = augmentation.strength(Change.CROP);
        double shift = augmentation.strength(Change.SHIFT);
        double right = whole(key, 2, crop) + spread(key, 3, shift) * shape.width();
        double down = whole(key, 4, crop) + spread(key, 5, shift) * shape.height();
        return new ImageChange(
                uniform(key, 0) < augmentation.strength(Change.FLIP),
                spread(key, 1, augmentation.strength(Change.ROTATE)),
                1 + spread(key, 6, augmentation.strength(Change.ZOOM)),
                right,
                down,
                1 + spread(key, 7, augmentation.strength(Change.BRIGHTNESS)),
                1 + spread(key, 8, augmentation.strength(Change.CONTRAST)),
                1 + spread(key, 9, augmentation.strength(Change.SATURATION)),
                uniform(key, 10) < augmentation.strength(Change.ERASE) ? box(shape, key) : ImageTransform.Box.NONE);
    }

    /** What it does to the pixels of an image, on whatever device. */
    ImageTransform transform(ImageShape shape) {
        return new ImageTransform(
                places(shape), brightness, contrast, (int) Math.rint(saturation * ImageTransform.ONE), erased);
    }

    private ImageTransform.Affine places(ImageShape shape) {
        double angle = StrictMath.toRadians(degrees);
        double cos = StrictMath.cos(angle) / zoom;
        double sin = StrictMath.sin(angle) / zoom;
        double mirror = isFlipped ? -1 : 1;
        double middleX = (shape.width() - 1) / 2.0;
        double middleY = (shape.height() - 1) / 2.0;
        // Back from the pixel: move, turn and zoom about the middle, mirror.
        double x = -middleX - right;
        double y = -middleY - down;
        return new ImageTransform.Affine(
                middleX + mirror * (cos * x - sin * y),
                middleY + sin * x + cos * y,
                -mirror * sin,
                cos,
                (int) Math.rint(mirror * cos * ImageTransform.ONE),
                (int) Math.rint(sin * ImageTransform.ONE));
    }

    /** At least 0, below 1. */
    private static double uniform(long key, int place) {
        return CounterRandom.bits(key, place) / (double) (1 << CounterRandom.BITS);
    }

    /** From -strength to strength. */
    private static double spread(long key, int place, double strength) {
        return strength == 0 ? 0 : strength * (2 * uniform(key, place) - 1);
    }

    /** A whole number from -most to most. */
    private static double whole(long key, int place, double most) {
        return Math.floor(uniform(key, place) * (2 * most + 1)) - most;
    }

    private static ImageTransform.Box box(ImageShape shape, long key) {
        double area = LEAST_AREA + (MOST_AREA - LEAST_AREA) * uniform(key, 11);
        // Heights and widths alike: the logarithm of the ratio is drawn.
        double ratio = StrictMath.exp(StrictMath.log(MOST_RATIO) * (2 * uniform(key, 12) - 1));
        double pixels = area * shape.height() * shape.width();
        int height = side(StrictMath.sqrt(pixels * ratio), shape.height());
        int width = side(StrictMath.sqrt(pixels / ratio), shape.width());
        int top = (int) (uniform(key, 13) * (shape.height() - height + 1));
        int left = (int) (uniform(key, 14) * (shape.width() - width + 1));
        return new ImageTransform.Box(top, top + height, left, left + width);
    }

    private static int side(double length, int most) {
        return (int) Math.max(1, Math.min(most, Math.round(length)));
    }
}
