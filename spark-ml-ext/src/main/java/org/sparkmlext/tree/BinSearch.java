package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;

/** Maps values of one feature to bins by a binary search in its boundaries: no tables, for columns of few values. */
final class BinSearch implements ValueMapper {

    private static final int HIGHEST = SortableFloat.key(Float.POSITIVE_INFINITY);
    private static final int LOWEST = SortableFloat.key(Float.NEGATIVE_INFINITY);

    private final int[] boundaries;

    /** @param boundaries as {@link BinMapper} takes them; kept */
    BinSearch(int[] boundaries) {
        this.boundaries = boundaries;
    }

    /** How many of the boundaries are not above the key. */
    static int search(int[] boundaries, int key) {
        int low = 0;
        int high = boundaries.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Integer.compareUnsigned(boundaries[middle], key) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public int numValueBins() {
        return boundaries.length + 1;
    }

    @Override
    public int bin(float value) {
        return binOfKey(SortableFloat.key(value));
    }

    private int binOfKey(int key) {
        boolean isNumber = Integer.compareUnsigned(key, HIGHEST) <= 0 && Integer.compareUnsigned(key, LOWEST) >= 0;
        return isNumber ? search(boundaries, key) : numValueBins();
    }

    @Override
    public void map(float[] values, int from, int count, short[] bins, int binsFrom, @Nullable KeyRanges ranges) {
        for (int i = 0; i < count; i++) {
            int key = SortableFloat.key(values[from + i]);
            int bin = binOfKey(key);
            bins[binsFrom + i] = (short) bin;
            if (ranges != null) {
                ranges.widen(key, bin);
            }
        }
    }
}
