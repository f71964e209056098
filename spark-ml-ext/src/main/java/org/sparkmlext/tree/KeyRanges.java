package org.sparkmlext.tree;

import java.util.Arrays;

/** The lowest and the highest {@link SortableFloat} key seen in each bin of a feature. Not thread-safe. */
final class KeyRanges {

    private static final int SIGN = 0x80000000;

    /** Keys with the sign bit turned over order as signed ints; the last entry is for missing values, and nobody reads it. */
    private final int[] lowest;

    private final int[] highest;

    KeyRanges(int numValueBins) {
        lowest = new int[numValueBins + 1];
        highest = new int[numValueBins + 1];
        // These two are keys of NaN: no number has them.
        Arrays.fill(lowest, Integer.MAX_VALUE);
        Arrays.fill(highest, Integer.MIN_VALUE);
    }

    /** Widens the ranges of the bins by keys, {@code keys[i]} lying in {@code bins[from + i]} (unsigned). */
    void widen(int[] keys, byte[] bins, int from, int count) {
        for (int i = 0; i < count; i++) {
            int bin = bins[from + i] & 255;
            int key = keys[i] ^ SIGN;
            // Two branches that are hardly ever taken cost less than two stores.
            if (key < lowest[bin]) {
                lowest[bin] = key;
            }
            if (key > highest[bin]) {
                highest[bin] = key;
            }
        }
    }

    /** As above, of bins that are unsigned shorts. */
    void widen(int[] keys, short[] bins, int from, int count) {
        for (int i = 0; i < count; i++) {
            widen(keys[i], Short.toUnsignedInt(bins[from + i]));
        }
    }

    /** Widens the range of a bin by one key. */
    void widen(int key, int bin) {
        int signed = key ^ SIGN;
        if (signed < lowest[bin]) {
            lowest[bin] = signed;
        }
        if (signed > highest[bin]) {
            highest[bin] = signed;
        }
    }

    int numBins() {
        return lowest.length - 1;
    }

    /** The lowest key as an unsigned number; {@code 2^32 - 1} where the bin is empty. */
    long lowest(int bin) {
        return Integer.toUnsignedLong(lowest[bin] ^ SIGN);
    }

    /** The highest key as an unsigned number; 0 where the bin is empty. */
    long highest(int bin) {
        return Integer.toUnsignedLong(highest[bin] ^ SIGN);
    }
}
