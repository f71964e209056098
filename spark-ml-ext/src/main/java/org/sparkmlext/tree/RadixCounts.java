package org.sparkmlext.tree;

import java.util.Arrays;

/**
 * How many values of one feature fall into each bucket of the key space, refined level by level where buckets are heavy.
 *
 * <p>Exact and additive: counts of ranks are summed, so the outcome depends on the values alone, not on their order or on
 * where they lie. A bucket is refined when it holds more than one value and either its share of rows is too large for one
 * bin or the feature has few buckets in all, so that features of few distinct values are resolved to the last bit.
 */
final class RadixCounts {

    /** A bucket is heavy when it holds more than this part of a bin's fair share. */
    private static final int BUCKETS_PER_BIN = 4;

    private final int maxBins;
    /** Per level: count of each bucket's children, {@code width(level)} longs a bucket. */
    private final long[][] counts = new long[RadixLevels.COUNT][];
    /** Per level: the bucket at the next level that refines this child, or -1. */
    private final int[][] refinedBy = new int[RadixLevels.COUNT][];

    private int numLevels = 1;

    RadixCounts(int maxBins) {
        this.maxBins = maxBins;
        counts[0] = new long[RadixLevels.width(0)];
    }

    /** The counts of the deepest level so far, to be filled by {@link #add} and summed over ranks. */
    long[] deepest() {
        return counts[numLevels - 1];
    }

    /** Counts the values of a block at the deepest level; NaN is left out. */
    void add(float[] values, int numRows) {
        long[] target = deepest();
        int deepestLevel = numLevels - 1;
        if (deepestLevel == 0) {
            for (int r = 0; r < numRows; r++) {
                float value = values[r];
                if (!Float.isNaN(value)) {
                    target[SortableFloat.key(value) >>> RadixLevels.shift(0)]++;
                }
            }
            return;
        }
        for (int r = 0; r < numRows; r++) {
            float value = values[r];
            if (!Float.isNaN(value)) {
                int key = SortableFloat.key(value);
                int bucket = 0;
                for (int level = 0; level < deepestLevel && bucket >= 0; level++) {
                    bucket = refinedBy[level][bucket * RadixLevels.width(level) + RadixLevels.digit(key, level)];
                }
                if (bucket >= 0) {
                    target[bucket * RadixLevels.width(deepestLevel) + RadixLevels.digit(key, deepestLevel)]++;
                }
            }
        }
    }

    /** Opens the next level below the heavy buckets of the deepest one; false where none is needed. */
    boolean refine() {
        int level = numLevels - 1;
        if (level == RadixLevels.COUNT - 1) {
            return false;
        }
        long threshold = heavyThreshold();
        long[] here = counts[level];
        int[] next = new int[here.length];
        int opened = 0;
        for (int i = 0; i < here.length; i++) {
            next[i] = here[i] > threshold ? opened++ : -1;
        }
        if (opened == 0) {
            return false;
        }
        refinedBy[level] = next;
        counts[level + 1] = new long[opened * RadixLevels.width(level + 1)];
        numLevels++;
        return true;
    }

    private long heavyThreshold() {
        long total = Arrays.stream(counts[0]).sum();
        int buckets = buckets().size();
        int enough = BUCKETS_PER_BIN * maxBins;
        return buckets <= enough ? 1 : Math.max(1, total / enough);
    }

    /** The finest buckets that hold a value, ascending. */
    Buckets buckets() {
        Buckets result = new Buckets();
        collect(0, 0, 0, result);
        return result;
    }

    private void collect(int level, int bucket, int prefix, Buckets result) {
        int width = RadixLevels.width(level);
        for (int digit = 0; digit < width; digit++) {
            int index = bucket * width + digit;
            long count = counts[level][index];
            if (count > 0) {
                int key = prefix | (digit << RadixLevels.shift(level));
                int child = refinedBy[level] == null ? -1 : refinedBy[level][index];
                if (child >= 0) {
                    collect(level + 1, child, key, result);
                } else {
                    result.add(key, count);
                }
            }
        }
    }

    /** Ascending buckets: the lowest key of each and its count. */
    static final class Buckets {
        private int[] keys = new int[64];
        private long[] counts = new long[64];
        private int size;

        private void add(int key, long count) {
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, size * 2);
                counts = Arrays.copyOf(counts, size * 2);
            }
            keys[size] = key;
            counts[size++] = count;
        }

        int size() {
            return size;
        }

        int lowestKey(int bucket) {
            return keys[bucket];
        }

        long count(int bucket) {
            return counts[bucket];
        }
    }
}
