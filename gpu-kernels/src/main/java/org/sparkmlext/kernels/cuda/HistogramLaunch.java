package org.sparkmlext.kernels.cuda;

import java.util.Locale;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

/**
 * How the histogram kernels of {@code tree.cu} are launched for a table on a device.
 *
 * @param kernel name
 * @param rowBytes bytes of a row of bins
 * @param numGroups groups of features, each a block's: the grid's y
 * @param sharedBytes shared memory of a block
 */
record HistogramLaunch(String kernel, int rowBytes, int numGroups, int sharedBytes) {

    /** Threads of a block: one block fills a multiprocessor. */
    static final int NUM_THREADS = 1024;
    /** The most rows of a piece: sums of more could leave 32 bits. */
    static final int MAX_ROWS_PER_BLOCK = 65_535;

    private static final int HALF_ROW = 16;
    private static final int WIDE_COLUMNS = 32;
    private static final int NARROW_COLUMNS = 8;
    private static final int PLACES = 256;

    /** Bytes of a row of bins: enough for whole groups of features. */
    static int rowBytes(int numFeatures) {
        return numFeatures <= HALF_ROW ? HALF_ROW : (numFeatures + WIDE_COLUMNS - 1) / WIDE_COLUMNS * WIDE_COLUMNS;
    }

    /**
     * The wide kernel where its sums fit a block's shared memory, else the narrow one.
     *
     * @param sharedBytes {@link DeviceFacts#sharedBytes()}
     */
    static HistogramLaunch of(int numFeatures, Precision precision, boolean withCounts, int sharedBytes) {
        int planes = (precision == Precision.FINE ? 4 : 2) + (withCounts ? 1 : 0);
        int wideBytes = planes * PLACES * WIDE_COLUMNS * Integer.BYTES;
        boolean isWide = wideBytes <= sharedBytes;
        int rowBytes = rowBytes(numFeatures);
        int width = isWide ? Math.min(rowBytes, WIDE_COLUMNS) : NARROW_COLUMNS;
        String name = "histograms_" + (isWide ? "" : "narrow_")
                + precision.name().toLowerCase(Locale.ROOT) + (withCounts ? "_counts" : "");
        return new HistogramLaunch(
                name, rowBytes, rowBytes / width, isWide ? wideBytes : wideBytes / (WIDE_COLUMNS / NARROW_COLUMNS));
    }
}
