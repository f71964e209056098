package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;

/** Maps values of one feature to bins. Used by many threads at once. */
interface ValueMapper {

    /** A table takes the memory of this many values a bin, and the time to map them without one. */
    int VALUES_FOR_TABLES = 256;

    /**
     * The mapper that is worth its memory: tables where many values are to be mapped, else a search.
     *
     * @param boundaries a lower bound of the keys of every bin but the first, ascending as unsigned numbers
     * @param numValues how many values are to be mapped
     */
    static ValueMapper of(int[] boundaries, long numValues) {
        return numValues >= (long) VALUES_FOR_TABLES * (boundaries.length + 1)
                ? new BinMapper(boundaries)
                : new BinSearch(boundaries);
    }

    int numValueBins();

    /** Bin of a value; the missing bin for NaN. */
    int bin(float value);

    /**
     * Writes the bins of {@code values[from, from + count)} as unsigned shorts.
     *
     * @param ranges widened by the values; null if they are not to be measured
     */
    void map(float[] values, int from, int count, short[] bins, int binsFrom, @Nullable KeyRanges ranges);
}
