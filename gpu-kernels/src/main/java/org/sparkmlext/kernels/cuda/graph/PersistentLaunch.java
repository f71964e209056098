package org.sparkmlext.kernels.cuda.graph;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/**
 * How the kernels of {@code persistent.cu}, {@code persistent_gru.cu} and {@code persistent_bfloat16.cu} are launched for a layer on a
 * device.
 *
 * @param isBfloat16 whether by tensor cores, operands in bfloat16: an LSTM only
 * @param padded units that a block has room for, a power of 2
 * @param isNarrow whether weights that do not fit registers are read again in every step, where shared memory is too small for them
 * @param atOnce rows that a block multiplies at once
 * @param slice rows of a block
 * @param blocks slices of the batch
 */
record PersistentLaunch(
        Cell cell, boolean isBfloat16, int padded, boolean isNarrow, int atOnce, int slice, int blocks) {

    /** Layers of more units do not fit a multiprocessor. */
    private static final int MOST_UNITS = 128;

    private static final int LEAST_PADDED = 32;
    /** {@code MOST_ROWS} of the kernels. */
    private static final int MOST_ROWS = 8;

    /** Weights of a thread that registers do not hold, where there are so many units that some are left. */
    private static final int LEFT_OF_LSTM = 96;
    /** The same forward, one row at once: fewer sums leave more registers for weights. */
    private static final int LEFT_OF_ONE_ROW = 64;

    private static final int LEFT_OF_GRU = 24;
    private static final int LEFT_OF_GRU_BACKWARD = 32;

    /**
     * As few rows a block as keep all multiprocessors busy; where there are too many rows for that, as many rounds of blocks as are
     * needed, each of about the same size.
     *
     * @param isBfloat16 whether operands may be rounded
     * @return null where a layer has to be computed step by step
     */
    static @Nullable PersistentLaunch of(Cell cell, int units, int rows, boolean isBfloat16, DeviceFacts facts) {
        if (cell == Cell.RNN || units > MOST_UNITS) {
            return null;
        }
        int padded = cell == Cell.LSTM ? LEAST_PADDED : 2 * LEAST_PADDED;
        while (padded < units) {
            padded *= 2;
        }
        // A block of the most units fills the registers.
        long places = (long) facts.numMultiprocessors() * (MOST_UNITS / padded);
        long rounds = ceiling(rows, MOST_ROWS * places);
        int slice = (int) ceiling(rows, rounds * places);
        if (isBfloat16 && cell == Cell.LSTM) {
            int most = slice <= MOST_ROWS / 2 ? MOST_ROWS / 2 : MOST_ROWS;
            return new PersistentLaunch(cell, true, padded, false, most, slice, (int) ceiling(rows, slice));
        }
        int atOnce = slice == 1 && cell == Cell.LSTM ? 1 : 2;
        slice = (int) ceiling(slice, atOnce) * atOnce;
        PersistentLaunch wide =
                new PersistentLaunch(cell, false, padded, false, atOnce, slice, (int) ceiling(rows, slice));
        if (wide.fixedBytes() + wide.sharedBytes(true) <= facts.sharedBytes()) {
            return wide;
        }
        return cell == Cell.LSTM ? new PersistentLaunch(cell, false, padded, true, atOnce, slice, wide.blocks) : null;
    }

    private static long ceiling(long count, long size) {
        return (count + size - 1) / size;
    }

    /** Shared memory that a block always has: gradients of gates twice and one number more of every row's units, and where rows end. */
    private int fixedBytes() {
        return MOST_ROWS * ((2 * cell.gates() + 1) * padded * Float.BYTES + Integer.BYTES);
    }

    /** Dynamic shared memory of a block: the weights that are left; backward has more of both than forward. */
    int sharedBytes(boolean isBackward) {
        if (isBfloat16 || isNarrow || padded < MOST_UNITS) {
            return 0;
        }
        int left;
        if (cell == Cell.GRU) {
            left = isBackward ? LEFT_OF_GRU_BACKWARD : LEFT_OF_GRU;
        } else {
            left = atOnce == 1 && !isBackward ? LEFT_OF_ONE_ROW : LEFT_OF_LSTM;
        }
        return left * threads() * Float.BYTES;
    }

    int threads() {
        return 2 * padded;
    }

    String file() {
        if (isBfloat16) {
            return "persistent_bfloat16";
        }
        return cell == Cell.LSTM ? "persistent" : "persistent_gru";
    }

    String kernel(boolean isBackward) {
        return cell.name().toLowerCase(Locale.ROOT)
                + (isBackward ? "_gradient" : "")
                + (isBfloat16 ? "_bfloat16_" : "_")
                + padded
                + (isNarrow ? "_narrow" : "")
                + (cell == Cell.LSTM ? "_by_" + atOnce : "");
    }

    /** Recurrent weights with room for all padded units. */
    int packedWeights() {
        return cell.gates() * padded * padded;
    }
}
