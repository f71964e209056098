package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;

/**
 * Blocks of a launch of {@code pixel_norms.cu}: each takes some pixels of up to 32 groups of channels.
 *
 * @param groups of all channels
 * @param pixelsOfBlock the last block may have fewer
 * @param pixels of all
 */
record PixelBlocks(int groups, int pixelsOfBlock, int pixels) {

    /** Pixels of a thread, one after the other, where it needs no more than them. */
    static final int PIXELS = 8;

    private static final int THREADS = 256;
    private static final int MOST_GROUPS = 32;
    private static final int MERGE_THREADS = 1024;
    private static final int MERGED_CHANNELS = 8;

    static PixelBlocks of(PixelShape shape, int pixelsOfThread) {
        int lanes = THREADS / Math.min(shape.groups(), MOST_GROUPS);
        return new PixelBlocks(shape.groups(), lanes * pixelsOfThread, shape.pixels());
    }

    int count() {
        return (int) (((long) pixels + pixelsOfBlock - 1) / pixelsOfBlock);
    }

    Grid grid() {
        return new Grid(count(), (groups + MOST_GROUPS - 1) / MOST_GROUPS, 1, THREADS);
    }

    /** Blocks of a launch that merges what these have made. */
    Grid merging() {
        return Grid.covering(groups * PixelShape.CHANNELS_OF_GROUP, MERGED_CHANNELS, MERGE_THREADS);
    }
}
