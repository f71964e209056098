package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.graph.Shape;

/**
 * Sizes of images that lie as pixels ({@code pixels.cuh}): channels last, padded with zeros to whole groups of 8 channels.
 *
 * @param rows images
 */
record PixelShape(int rows, int channels, int height, int width) {

    static final int CHANNELS_OF_GROUP = 8;

    /** @param images N x C x H x W */
    static PixelShape of(Shape images) {
        return new PixelShape(images.size(0), images.size(1), images.size(2), images.size(3));
    }

    /** Pixels of an image. */
    int area() {
        return height * width;
    }

    /** Pixels of all images. */
    int pixels() {
        return Math.multiplyExact(rows, area());
    }

    /** Whether the channels of all pixels of an image lie beside each other with nothing between, so that they are a row of features. */
    boolean isOfRows() {
        return area() == 1 || channels % CHANNELS_OF_GROUP == 0;
    }

    /** Features of a row, where {@link #isOfRows}: those of one pixel without padding. */
    int features() {
        return Math.multiplyExact(area(), channels);
    }

    /** Groups of a pixel's channels. */
    int groups() {
        return (channels + CHANNELS_OF_GROUP - 1) / CHANNELS_OF_GROUP;
    }

    /** Channels with those that are added. */
    int padded() {
        return groups() * CHANNELS_OF_GROUP;
    }

    /** Groups of all pixels. */
    int allGroups() {
        return Math.multiplyExact(pixels(), groups());
    }

    long bytes(PixelNumber number) {
        return (long) pixels() * padded() * number.bytes();
    }
}
