package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.data.TableBlock;

/**
 * How many values of one feature fall into each bucket of the key space, refined level by level where buckets are heavy.
 *
 * <p>Exact and additive: counts of ranks are summed, so the outcome depends on the values alone, not on their order or on
 * where they lie. A bucket is refined when it holds more than one value and either its share of rows is too large for one
 * bin or the feature has few buckets in all, so that features of few distinct values are resolved to the last bit.
 *
 * <p>A pass over the values counts two levels at once where that is cheap; what ranks sum, and so what comes out, is one
 * level after the other all the same. Use: {@link #count} unless {@link #isCounted}, sum {@link #deepest} over ranks,
 * {@link #refine}, and again while that is true.
 */
final class RadixCounts {

    /** A bucket is heavy when it holds more than this part of a bin's fair share. */
    private static final int BUCKETS_PER_BIN = 4;

    /** Most buckets whose last two digits are counted in one pass: 2 MB of counts. */
    private static final int MOST_FOR_REST = 63;

    private final int maxBins;
    /** Per level: count of each bucket's children, {@code width(level)} longs a bucket. */
    private final long[][] counts = new long[RadixLevels.COUNT][];
    /** Per level: the bucket at the next level that refines this child, or -1. */
    private final int[][] refinedBy = new int[RadixLevels.COUNT][];
    /** Per level: the digits above each of its buckets. */
    private final int[][] prefixes = new int[RadixLevels.COUNT][];

    private int numLevels = 1;
    private boolean isCounted;
    /** For each child of the deepest level where its own children begin in {@link #ahead}, or -1; empty if not counted. */
    private int[] aheadOf = new int[0];
    /** This rank's counts of the level below the deepest one, as far as they are not 0. */
    private int[] ahead = new int[0];

    RadixCounts(int maxBins) {
        this.maxBins = maxBins;
        counts[0] = new long[RadixLevels.width(0)];
        prefixes[0] = new int[1];
    }

    /** The counts of the deepest level so far, this rank's until they are summed over ranks. */
    long[] deepest() {
        return counts[numLevels - 1];
    }

    /** Whether {@link #deepest} holds this rank's counts already, so that no pass is needed. */
    boolean isCounted() {
        return isCounted;
    }

    /** Counts the values at the deepest level; NaN is left out. */
    void count(List<TableBlock> blocks, int feature, RadixScratch scratch) {
        int[] open = prefixes[numLevels - 1];
        switch (numLevels - 1) {
            case 0 -> {
                scratch.countPrefixes(blocks, feature);
                takePrefixes(scratch);
            }
            case 2 -> {
                if (open.length <= MOST_FOR_REST) {
                    scratch.countRests(blocks, feature, open);
                    takeRests(scratch.counts(), open.length);
                } else {
                    scratch.countThird(blocks, feature, open);
                    take(scratch.counts(), RadixLevels.THIRD_BITS);
                }
            }
            case 3 -> {
                scratch.countFourth(blocks, feature, prefixes[2], refinedBy[2], open.length);
                take(scratch.counts(), RadixLevels.FOURTH_BITS);
            }
            default ->
                throw new IllegalStateException("level " + (numLevels - 1) + " is counted with the one above it");
        }
        isCounted = true;
    }

    /** Moves the counts of one level here and clears them there. */
    private void take(int[] source, int bits) {
        long[] target = deepest();
        int first = 1 << bits;
        for (int i = 0; i < target.length; i++) {
            target[i] = source[first + i];
        }
        Arrays.fill(source, first, first + target.length, 0);
    }

    private void takePrefixes(RadixScratch scratch) {
        int[] source = scratch.counts();
        byte[] touched = scratch.touched();
        int width = RadixLevels.width(1);
        aheadOf = new int[touched.length];
        Arrays.fill(aheadOf, -1);
        ahead = new int[16 * width];
        int used = 0;
        // Only what was touched is looked at: a short column shall not pay for half a million counts.
        for (int digit = 0; digit < touched.length; digit++) {
            if (touched[digit] != 0) {
                boolean isFinite = digit >= RadixLevels.FIRST_FINITE && digit <= RadixLevels.LAST_FINITE;
                if (isFinite) {
                    used = takeAhead(source, digit * width, width, digit, used);
                } else {
                    Arrays.fill(source, digit * width, (digit + 1) * width, 0);
                }
                touched[digit] = 0;
            }
        }
    }

    /** Moves the counts of two levels here, the lower one to {@link #ahead}, and clears them there. */
    private void takeRests(int[] source, int numBuckets) {
        int width = RadixLevels.width(3);
        int numChildren = numBuckets * RadixLevels.width(2);
        aheadOf = new int[numChildren];
        Arrays.fill(aheadOf, -1);
        ahead = new int[16 * width];
        int used = 0;
        for (int child = 0; child < numChildren; child++) {
            used = takeAhead(source, (1 << RadixLevels.REST_BITS) + child * width, width, child, used);
        }
    }

    private int takeAhead(int[] source, int from, int width, int child, int used) {
        long sum = 0;
        for (int i = from; i < from + width; i++) {
            sum += source[i];
        }
        deepest()[child] = sum;
        if (sum == 0) {
            return used;
        }
        if (used == ahead.length) {
            ahead = Arrays.copyOf(ahead, 2 * used);
        }
        System.arraycopy(source, from, ahead, used, width);
        Arrays.fill(source, from, from + width, 0);
        aheadOf[child] = used;
        return used + width;
    }

    /** Opens the next level below the heavy buckets of the deepest one; false where none is needed. */
    boolean refine() {
        int level = numLevels - 1;
        int[] countedAhead = aheadOf;
        int[] countsAhead = ahead;
        aheadOf = new int[0];
        ahead = new int[0];
        if (level == RadixLevels.COUNT - 1) {
            return false;
        }
        int[] children = heavyChildren();
        if (children.length == 0) {
            return false;
        }
        int width = RadixLevels.width(level);
        int widthBelow = RadixLevels.width(level + 1);
        isCounted = countedAhead.length > 0;
        refinedBy[level] = new int[counts[level].length];
        Arrays.fill(refinedBy[level], -1);
        prefixes[level + 1] = new int[children.length];
        counts[level + 1] = new long[children.length * widthBelow];
        for (int b = 0; b < children.length; b++) {
            int child = children[b];
            refinedBy[level][child] = b;
            prefixes[level + 1][b] = prefixes[level][child / width] * width + child % width;
            if (isCounted && countedAhead[child] >= 0) {
                for (int i = 0; i < widthBelow; i++) {
                    counts[level + 1][b * widthBelow + i] = countsAhead[countedAhead[child] + i];
                }
            }
        }
        numLevels++;
        return true;
    }

    /** The children of the deepest level that need a closer look. */
    private int[] heavyChildren() {
        long threshold = heavyThreshold();
        long[] here = deepest();
        int[] heavy = new int[Math.min(here.length, RadixLevels.width(0))];
        int size = 0;
        for (int i = 0; i < here.length; i++) {
            if (here[i] > threshold) {
                if (size == heavy.length) {
                    heavy = Arrays.copyOf(heavy, 2 * size);
                }
                heavy[size++] = i;
            }
        }
        return Arrays.copyOf(heavy, size);
    }

    private long heavyThreshold() {
        return heavyThreshold(buckets().size(), Arrays.stream(counts[0]).sum(), maxBins);
    }

    /** What a bucket must hold more than to be refined, where there are so many buckets and values in all. */
    static long heavyThreshold(int numBuckets, long total, int maxBins) {
        int enough = BUCKETS_PER_BIN * maxBins;
        return numBuckets <= enough ? 1 : Math.max(1, total / enough);
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
                    result.add(key, key | ((1 << RadixLevels.shift(level)) - 1), count);
                }
            }
        }
    }

    /** Ascending buckets: the lowest and the highest key of each and its count. */
    static final class Buckets {
        private int[] lowest = new int[64];
        private int[] highest = new int[64];
        private long[] counts = new long[64];
        private int size;

        /** Appends a bucket above all before it. */
        void add(int lowestKey, int highestKey, long count) {
            if (size == lowest.length) {
                lowest = Arrays.copyOf(lowest, size * 2);
                highest = Arrays.copyOf(highest, size * 2);
                counts = Arrays.copyOf(counts, size * 2);
            }
            lowest[size] = lowestKey;
            highest[size] = highestKey;
            counts[size++] = count;
        }

        int size() {
            return size;
        }

        int lowestKey(int bucket) {
            return lowest[bucket];
        }

        long count(int bucket) {
            return counts[bucket];
        }

        /**
         * A key that divides a bucket from the one before it: above all keys of that one and not above any of this one. Of
         * all such keys the one with the most zeros at its end, so that few look-ups tell the sides apart.
         */
        int boundary(int bucket) {
            int above = lowest[bucket];
            int firstDifference = Integer.highestOneBit(highest[bucket - 1] ^ above);
            return above & -firstDifference;
        }
    }
}
