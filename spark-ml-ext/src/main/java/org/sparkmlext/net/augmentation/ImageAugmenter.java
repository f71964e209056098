package org.sparkmlext.net.augmentation;

import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.ImageTransform;

/**
 * Changes images at random: unsigned bytes, row by row, the channels of a pixel together, in and out. What happens to an image is a
 * function of seed, step and the image's row number in the whole table alone: the same whatever batch, worker or thread it is in.
 * Stateless; from any number of threads.
 */
public final class ImageAugmenter {

    /** Names these random numbers beside those of the ops of a graph, which count up from 0. */
    private static final int STREAM = -1;

    /** Places in larger images, moved, turned and shrunk by all that is allowed, would not fit into fixed point. */
    private static final int MAX_SIDE = 4096;

    private final Augmentation augmentation;
    private final ImageShape shape;

    /** @throws IllegalArgumentException if an image is too small for what is to happen to it */
    public ImageAugmenter(Augmentation augmentation, ImageShape shape) {
        if (Math.max(shape.height(), shape.width()) > MAX_SIDE) {
            throw new IllegalArgumentException("images of size " + shape
                    + " (height x width x channels) cannot be augmented; allowed: sides of at most " + MAX_SIDE
                    + " pixels");
        }
        double crop = augmentation.strength(Augmentation.Change.CROP);
        if (crop >= Math.min(shape.height(), shape.width())) {
            throw new IllegalArgumentException("augmentation is '" + augmentation + "', but images are of size " + shape
                    + " (height x width x channels); allowed: crop below the shorter side");
        }
        if (augmentation.strength(Augmentation.Change.SATURATION) > 0 && shape.channels() != 3) {
            throw new IllegalArgumentException("augmentation is '" + augmentation + "', but images are of "
                    + shape.channels() + " channels; allowed: saturation of images of 3 channels. Take it out");
        }
        this.augmentation = augmentation;
        this.shape = shape;
    }

    /**
     * Changes one image.
     *
     * @param source holds the image from {@code from} on; not the same array as {@code target}
     * @param target takes the changed one from {@code to} on
     * @param row number of the image in the whole table
     */
    public void apply(byte[] source, int from, byte[] target, int to, long seed, long step, long row) {
        apply(transform(seed, step, row), source, from, target, to);
    }

    /** What {@link #apply(byte[], int, byte[], int, long, long, long)} does to an image, for a device that does it itself. */
    public ImageTransform transform(long seed, long step, long row) {
        return ImageChange.draw(augmentation, shape, CounterRandom.rowKey(seed, step, STREAM, row))
                .transform(shape);
    }

    void apply(ImageTransform change, byte[] source, int from, byte[] target, int to) {
        new ImageWarp(shape, change.places()).apply(source, from, target, to);
        ImageColours.apply(shape, change, target, to);
    }

    /**
     * Changes images {@code [fromImage, toImage)} of a batch, one thread's part of it.
     *
     * @param source images of the batch one after another; not the same array as {@code target}
     * @param rowNumbers numbers of the images in the whole table, by place in the batch
     */
    public void apply(
            byte[] source, byte[] target, int fromImage, int toImage, long[] rowNumbers, long seed, long step) {
        for (int i = fromImage; i < toImage; i++) {
            apply(source, i * shape.length(), target, i * shape.length(), seed, step, rowNumbers[i]);
        }
    }

    /** Changes the first {@code rows} images of a batch in place. */
    public void apply(byte[] pixels, int rows, long[] rowNumbers, long seed, long step) {
        byte[] image = new byte[shape.length()];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(pixels, i * image.length, image, 0, image.length);
            apply(image, 0, pixels, i * image.length, seed, step, rowNumbers[i]);
        }
    }
}
