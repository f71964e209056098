package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.CounterRandom;

/** The order in which an epoch goes through a rank's rows: a function of seed, epoch, rank and number of rows alone. */
final class EpochOrder {

    /** Tells these draws apart from those of a network's ops, whose streams count from 0. */
    private static final int STREAM = -1;

    private EpochOrder() {}

    /** A permutation of {@code 0 .. numRows - 1} (Fisher and Yates, as Durstenfeld 1964 has it). */
    static int[] of(long seed, int epoch, int rank, int numRows) {
        int[] order = new int[numRows];
        long key = CounterRandom.rowKey(seed, epoch, STREAM, rank);
        for (int i = 0; i < numRows; i++) {
            // Two draws of 24 bits: 48 bits leave no bias worth a word among at most 2^31 places.
            long bits =
                    ((long) CounterRandom.bits(key, 2 * i) << CounterRandom.BITS) | CounterRandom.bits(key, 2 * i + 1);
            int j = (int) (bits % (i + 1));
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
