package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.cuda.device.DeviceFacts;

/**
 * How the kernels of {@code persistent.cu} are launched for a layer on a device.
 *
 * @param padded units that a block has room for, a power of 2
 * @param isNarrow whether weights that do not fit registers are read again in every step, where shared memory is too small for them
 * @param atOnce rows that a block multiplies at once
 * @param slice rows of a block
 * @param blocks slices of the batch
 */
record PersistentLaunch(int padded, boolean isNarrow, int atOnce, int slice, int blocks) {

    /** Layers of more units do not fit a multiprocessor. */
    static final int MOST_UNITS = 128;

    private static final int LEAST_PADDED = 32;
    /** {@code MOST_ROWS} of the kernels. */
    private static final int MOST_ROWS = 8;
    /** Bytes of shared memory for a padded unit: the gradients of its gates twice and that of its cell, for every row. */
    private static final int UNIT_BYTES = (2 * 4 + 1) * MOST_ROWS * Float.BYTES;
    /** What else a block has there: where its rows end. */
    private static final int END_BYTES = MOST_ROWS * Integer.BYTES;
    /** Weights of a thread that registers do not hold, where there are so many units that some are left. */
    private static final int LEFT_WEIGHTS = 96;
    /** The same forward, one row at once: fewer sums leave more registers for weights. */
    private static final int LEFT_OF_ONE_ROW = 64;

    /**
     * As few rows a block as keep all multiprocessors busy; where there are too many rows for that, as many rounds of blocks as are
     * needed, each of about the same size.
     *
     * @param units at most {@link #MOST_UNITS}
     */
    static PersistentLaunch of(int units, int rows, DeviceFacts facts) {
        int padded = LEAST_PADDED;
        while (padded < units) {
            padded *= 2;
        }
        // A block of the most units fills the registers.
        long places = (long) facts.numMultiprocessors() * (MOST_UNITS / padded);
        long rounds = ceiling(rows, MOST_ROWS * places);
        int slice = (int) ceiling(rows, rounds * places);
        int atOnce = slice == 1 ? 1 : 2;
        slice = (int) ceiling(slice, atOnce) * atOnce;
        boolean isNarrow = leftBytes(padded, LEFT_WEIGHTS) + padded * UNIT_BYTES + END_BYTES > facts.sharedBytes();
        return new PersistentLaunch(padded, isNarrow, atOnce, slice, (int) ceiling(rows, slice));
    }

    private static long ceiling(long count, long size) {
        return (count + size - 1) / size;
    }

    private static int leftBytes(int padded, int weights) {
        return padded == MOST_UNITS ? weights * 2 * padded * Float.BYTES : 0;
    }

    /** Behind the name of a kernel. */
    String suffix() {
        return "_" + padded + (isNarrow ? "_narrow" : "") + "_by_" + atOnce;
    }

    int threads() {
        return 2 * padded;
    }

    /** Dynamic shared memory of a block: the weights that are left. */
    int sharedBytes(boolean isBackward) {
        return isNarrow ? 0 : leftBytes(padded, atOnce == 1 && !isBackward ? LEFT_OF_ONE_ROW : LEFT_WEIGHTS);
    }

    /** Recurrent weights of four gates with room for all padded units. */
    int packedWeights() {
        return 4 * padded * padded;
    }
}
