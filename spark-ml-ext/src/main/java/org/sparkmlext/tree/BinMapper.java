package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Maps values of one feature to bins by at most four table look-ups: a radix tree over {@link SortableFloat} keys whose
 * inner nodes are only those buckets that a bin boundary cuts.
 */
final class BinMapper {

    private final int[] boundaries;
    private final int missingBin;
    private final int[] root;
    /** Tables below the root, one after another; an entry is a bin, or {@code ~offset} of a table. */
    private final int[] tables;

    /** @param boundaries first key of every bin but the first, ascending as unsigned numbers */
    BinMapper(int[] boundaries) {
        this.boundaries = boundaries;
        this.missingBin = boundaries.length + 1;
        List<int[]> below = new ArrayList<>();
        root = table(0, 0, below);
        int total = below.stream().mapToInt(t -> t.length).sum();
        tables = new int[total];
        int at = 0;
        for (int[] table : below) {
            System.arraycopy(table, 0, tables, at, table.length);
            at += table.length;
        }
    }

    int numValueBins() {
        return boundaries.length + 1;
    }

    private int[] table(int level, int prefix, List<int[]> below) {
        int[] table = new int[RadixLevels.width(level)];
        for (int digit = 0; digit < table.length; digit++) {
            int low = prefix | (digit << RadixLevels.shift(level));
            int high = low | ((1 << RadixLevels.shift(level)) - 1);
            int binOfLow = search(low);
            if (binOfLow == search(high)) {
                table[digit] = binOfLow;
            } else {
                int[] child = table(level + 1, low, below);
                // Children of this child are already in the list, so this one's offset is what lies before it.
                table[digit] = ~below.stream().mapToInt(t -> t.length).sum();
                below.add(child);
            }
        }
        return table;
    }

    private int search(int key) {
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

    /** Bin of a value; the missing bin for NaN. */
    int bin(float value) {
        return Float.isNaN(value) ? missingBin : binOfKey(SortableFloat.key(value));
    }

    private int binOfKey(int key) {
        int entry = root[key >>> RadixLevels.shift(0)];
        for (int level = 1; entry < 0; level++) {
            entry = tables[~entry + RadixLevels.digit(key, level)];
        }
        return entry;
    }

    /** Writes the bins of a block's values. */
    void map(float[] values, int numRows, byte[] bins) {
        for (int r = 0; r < numRows; r++) {
            bins[r] = (byte) bin(values[r]);
        }
    }

    /**
     * As {@link #map}, and widens each bin's range of keys.
     *
     * @param lowest smallest key of each value bin so far, as unsigned number; {@code Long.MAX_VALUE} where none
     * @param highest largest key of each value bin so far; -1 where none
     */
    void mapAndMeasure(float[] values, int numRows, byte[] bins, long[] lowest, long[] highest) {
        for (int r = 0; r < numRows; r++) {
            float value = values[r];
            if (!Float.isNaN(value)) {
                int key = SortableFloat.key(value);
                int bin = binOfKey(key);
                long unsigned = Integer.toUnsignedLong(key);
                if (unsigned < lowest[bin]) {
                    lowest[bin] = unsigned;
                }
                if (unsigned > highest[bin]) {
                    highest[bin] = unsigned;
                }
                bins[r] = (byte) bin;
            } else {
                bins[r] = (byte) missingBin;
            }
        }
    }

    @Override
    public String toString() {
        return "BinMapper[" + numValueBins() + " bins, boundaries " + Arrays.toString(boundaries) + "]";
    }
}
