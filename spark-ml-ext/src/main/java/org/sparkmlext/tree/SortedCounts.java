package org.sparkmlext.tree;

/**
 * The buckets of {@link RadixCounts}, the same to the last one, from the distinct values of a column: for columns of few
 * values, where arrays of counts would be larger than the column.
 */
final class SortedCounts {

    private final int[] keys;
    private final long[] counts;
    private final int maxBins;
    /** Buckets as ranges of keys: the end of each, and the level that it was opened at. */
    private int[] ends;

    private byte[] levels;
    private int size;

    /**
     * @param keys distinct keys of finite numbers, ascending as unsigned numbers
     * @param counts how many values each has
     */
    private SortedCounts(int[] keys, long[] counts, int maxBins) {
        this.keys = keys;
        this.counts = counts;
        this.maxBins = maxBins;
        ends = new int[] {keys.length};
        levels = new byte[] {-1};
        size = keys.length == 0 ? 0 : 1;
    }

    /** As the constructor says. */
    static RadixCounts.Buckets buckets(int[] keys, long[] counts, int maxBins) {
        SortedCounts sorted = new SortedCounts(keys, counts, maxBins);
        int level = 0;
        while (level < RadixLevels.COUNT && sorted.open(level)) {
            level++;
        }
        return sorted.result();
    }

    /** Divides the heavy buckets of the level above; false where there is none. */
    private boolean open(int level) {
        long threshold = level == 0 ? 0 : RadixCounts.heavyThreshold(size, sum(0, keys.length), maxBins);
        int[] newEnds = new int[keys.length];
        byte[] newLevels = new byte[keys.length];
        int newSize = 0;
        int begin = 0;
        boolean isAnyHeavy = false;
        for (int b = 0; b < size; b++) {
            int end = ends[b];
            boolean isHeavy = levels[b] == level - 1 && sum(begin, end) > threshold;
            isAnyHeavy |= isHeavy;
            for (int k = begin + 1; isHeavy && k < end; k++) {
                if (keys[k - 1] >>> RadixLevels.shift(level) != keys[k] >>> RadixLevels.shift(level)) {
                    newEnds[newSize] = k;
                    newLevels[newSize++] = (byte) level;
                }
            }
            newEnds[newSize] = end;
            newLevels[newSize++] = isHeavy ? (byte) level : levels[b];
            begin = end;
        }
        ends = newEnds;
        levels = newLevels;
        size = newSize;
        return isAnyHeavy;
    }

    private long sum(int begin, int end) {
        long sum = 0;
        for (int k = begin; k < end; k++) {
            sum += counts[k];
        }
        return sum;
    }

    private RadixCounts.Buckets result() {
        RadixCounts.Buckets buckets = new RadixCounts.Buckets();
        int begin = 0;
        for (int b = 0; b < size; b++) {
            int below = (1 << RadixLevels.shift(levels[b])) - 1;
            buckets.add(keys[begin] & ~below, keys[begin] | below, sum(begin, ends[b]));
            begin = ends[b];
        }
        return buckets;
    }
}
