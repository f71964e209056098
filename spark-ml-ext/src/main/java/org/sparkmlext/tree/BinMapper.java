package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps values of one feature to bins by two table look-ups, rarely up to four: a radix tree over {@link SortableFloat}
 * keys of the digits of {@link RadixLevels}.
 *
 * <p>Its first two levels are always looked up, so that the loop has no branch to mispredict: a first digit that lies in
 * one bin as a whole points to a table that holds this bin 128 times. Deeper tables stand only where a boundary cuts.
 */
final class BinMapper implements ValueMapper {

    private final int[] boundaries;
    private final int missingBin;
    /** For each first digit where its table begins in {@link #second}. */
    private final int[] first;
    /** A bin, or {@code ~offset} of a table in {@link #deeper}. */
    private final int[] second;
    /** Tables of the third and the fourth level; entries as in {@link #second}. */
    private final int[] deeper;

    /** @param boundaries a lower bound of the keys of every bin but the first, ascending as unsigned numbers */
    BinMapper(int[] boundaries) {
        this.boundaries = boundaries;
        this.missingBin = boundaries.length + 1;
        this.first = new int[RadixLevels.width(0)];
        Tables secondTables = new Tables();
        Tables deeperTables = new Tables();
        int lastBin = -1;
        int lastOffset = -1;
        for (int digit = 0; digit < first.length; digit++) {
            int prefix = digit << RadixLevels.shift(0);
            int bin = onlyBin(prefix, 0);
            if (bin < 0) {
                first[digit] = secondTables.add(table(1, prefix, deeperTables));
                continue;
            }
            if (bin != lastBin) {
                // Digits of one bin follow each other, so they share a table.
                int[] constant = new int[RadixLevels.width(1)];
                Arrays.fill(constant, bin);
                lastOffset = secondTables.add(constant);
                lastBin = bin;
            }
            first[digit] = lastOffset;
        }
        second = secondTables.joined();
        deeper = deeperTables.joined();
    }

    @Override
    public int numValueBins() {
        return boundaries.length + 1;
    }

    private int[] table(int level, int prefix, Tables deeperTables) {
        int[] table = new int[RadixLevels.width(level)];
        for (int digit = 0; digit < table.length; digit++) {
            int low = prefix | (digit << RadixLevels.shift(level));
            int bin = onlyBin(low, level);
            table[digit] = bin >= 0 ? bin : ~deeperTables.add(table(level + 1, low, deeperTables));
        }
        return table;
    }

    /** The bin that holds all keys which share the prefix down to this level; -1 if there are several. */
    private int onlyBin(int prefix, int level) {
        int low = prefix >>> RadixLevels.shift(0);
        if (low < RadixLevels.FIRST_FINITE || low > RadixLevels.LAST_FINITE) {
            // Infinities lie among keys of NaN.
            return binOfExtreme(prefix, level);
        }
        int binOfLow = BinSearch.search(boundaries, prefix);
        return binOfLow == BinSearch.search(boundaries, prefix | ((1 << RadixLevels.shift(level)) - 1)) ? binOfLow : -1;
    }

    private int binOfExtreme(int prefix, int level) {
        int last = prefix | ((1 << RadixLevels.shift(level)) - 1);
        boolean holdsInfinity = isWithin(SortableFloat.key(Float.POSITIVE_INFINITY), prefix, last)
                || isWithin(SortableFloat.key(Float.NEGATIVE_INFINITY), prefix, last);
        if (!holdsInfinity) {
            return missingBin;
        }
        return prefix == last ? BinSearch.search(boundaries, prefix) : -1;
    }

    private static boolean isWithin(int key, int low, int high) {
        return Integer.compareUnsigned(low, key) <= 0 && Integer.compareUnsigned(key, high) <= 0;
    }

    @Override
    public int bin(float value) {
        return binOfKey(SortableFloat.key(value));
    }

    private static int deeperBin(int[] deeper, int entry, int key) {
        int third = deeper[~entry + ((key >>> RadixLevels.THIRD_SHIFT) & RadixLevels.THIRD_MASK)];
        return third >= 0 ? third : deeper[~third + (key & RadixLevels.FOURTH_MASK)];
    }

    /** Writes the bins of a block's values. */
    void map(float[] values, int numRows, byte[] bins) {
        int[] keys = new int[RadixScratch.CHUNK];
        for (int from = 0; from < numRows; from += keys.length) {
            int count = Math.min(keys.length, numRows - from);
            SortableFloat.keys(values, from, count, keys);
            mapKeys(keys, bins, from, count);
        }
    }

    /** As {@link #map}, and widens each bin's range of keys. */
    void mapAndMeasure(float[] values, int numRows, byte[] bins, KeyRanges ranges) {
        int[] keys = new int[RadixScratch.CHUNK];
        for (int from = 0; from < numRows; from += keys.length) {
            int count = Math.min(keys.length, numRows - from);
            SortableFloat.keys(values, from, count, keys);
            mapKeys(keys, bins, from, count);
            ranges.widen(keys, bins, from, count);
        }
    }

    @Override
    public void map(float[] values, int from, int count, short[] bins, int binsFrom, @Nullable KeyRanges ranges) {
        int[] keys = new int[Math.min(count, RadixScratch.CHUNK)];
        for (int done = 0; done < count; done += keys.length) {
            int part = Math.min(keys.length, count - done);
            SortableFloat.keys(values, from + done, part, keys);
            mapKeys(keys, bins, binsFrom + done, part);
            if (ranges != null) {
                ranges.widen(keys, bins, binsFrom + done, part);
            }
        }
    }

    private void mapKeys(int[] keys, short[] bins, int from, int count) {
        for (int i = 0; i < count; i++) {
            bins[from + i] = (short) binOfKey(keys[i]);
        }
    }

    private int binOfKey(int key) {
        int entry = second[
                first[key >>> RadixLevels.FIRST_SHIFT]
                        + ((key >>> RadixLevels.SECOND_SHIFT) & RadixLevels.SECOND_MASK)];
        return entry >= 0 ? entry : deeperBin(deeper, entry, key);
    }

    private void mapKeys(int[] keys, byte[] bins, int from, int count) {
        int[] firstTable = first;
        int[] secondTable = second;
        int[] deeperTable = deeper;
        for (int i = 0; i < count; i++) {
            int key = keys[i];
            int entry = secondTable[
                    firstTable[key >>> RadixLevels.FIRST_SHIFT]
                            + ((key >>> RadixLevels.SECOND_SHIFT) & RadixLevels.SECOND_MASK)];
            bins[from + i] = (byte) (entry >= 0 ? entry : deeperBin(deeperTable, entry, key));
        }
    }

    /** Tables one after another. */
    private static final class Tables {
        private final List<int[]> tables = new ArrayList<>();
        private int size;

        /** @return where the table begins */
        int add(int[] table) {
            int offset = size;
            tables.add(table);
            size += table.length;
            return offset;
        }

        int[] joined() {
            int[] all = new int[size];
            int at = 0;
            for (int[] table : tables) {
                System.arraycopy(table, 0, all, at, table.length);
                at += table.length;
            }
            return all;
        }
    }

    @Override
    public String toString() {
        return "BinMapper[" + numValueBins() + " bins, boundaries " + Arrays.toString(boundaries) + "]";
    }
}
