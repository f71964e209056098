package org.sparkmlext.kernels.cuda.graph;

/**
 * Mean and sum of squares about it of each channel of parts of some pixels, from which batch normalisation makes those of all. Who makes
 * the pixels can make them on the way ({@link Compilation#wantsStatistics}, {@link Compilation#giveStatistics}); else a launch does.
 *
 * @param numbers for each part, in the order of the pixels, padded channels means and padded channels sums of squares, floats
 * @param count how many parts there are
 * @param pixels of a part; the last one has the rest
 */
record PartialStatistics(Slot numbers, int count, int pixels) {

    /** Bytes of the numbers of so many parts. */
    static long bytes(PixelShape shape, int count) {
        return 2L * shape.padded() * count * Float.BYTES;
    }
}
