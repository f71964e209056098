package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;

/**
 * Finds the bin boundaries of columns of few stored values: ranks exchange each column's distinct values with their counts, which is
 * less than the counts of {@link RadixCounts}, and all compute the same boundaries from them. Any number of features: what is
 * held at a time is bounded.
 *
 * <p>A cell is a value and its count in one long: the key, its sign bit turned over so that longs order as the values do, above 32
 * bits of count.
 */
final class SortedColumns {

    /** Most values of a column, over all ranks: as many as {@link RadixCounts} has counts at its first level. */
    static final int MAX_VALUES = 4096;

    /** Most values of the columns of one exchange. */
    private static final int VALUES_AT_ONCE = 1 << 20;

    private static final int FEATURES_AT_ONCE = 1 << 16;

    private static final int PIECES_PER_THREAD = 4;
    private static final int SIGN = 0x80000000;
    private static final long COUNT_MASK = 0xFFFFFFFFL;

    private final Collective collective;
    private final HostThreads threads;
    private final int maxBins;
    private final StoredValues values;
    private final long[] globalCounts;

    /** @param globalCounts how many values of each feature are stored over all ranks */
    SortedColumns(Collective collective, HostThreads threads, int maxBins, StoredValues values, long[] globalCounts) {
        this.collective = collective;
        this.threads = threads;
        this.maxBins = maxBins;
        this.values = values;
        this.globalCounts = globalCounts;
    }

    /**
     * Writes the boundaries of all features of at most {@link #MAX_VALUES} values. Collective.
     *
     * @param cancelCheck called now and then
     */
    void find(int[][] boundaries, Runnable cancelCheck) {
        int from = 0;
        while (from < globalCounts.length) {
            cancelCheck.run();
            int to = from;
            long held = 0;
            while (to < globalCounts.length && to - from < FEATURES_AT_ONCE && held <= VALUES_AT_ONCE) {
                held += isShort(to) ? globalCounts[to] : 0;
                to++;
            }
            int first = from;
            int[] features = IntStream.range(first, to).filter(this::isShort).toArray();
            Messages messages = exchange(message(features, first, to), features.length);
            threads.forEach(features.length, i -> boundaries[features[i]] = boundaries(messages, i));
            from = to;
        }
    }

    private boolean isShort(int feature) {
        return globalCounts[feature] <= MAX_VALUES;
    }

    /** This rank's part: for each of the features the number of its cells, and the cells. */
    private long[] message(int[] features, int from, int to) {
        // Where the next cell of a feature goes; room for each value, the zeros and, in front, the number of cells.
        int[] next = new int[to - from];
        Arrays.fill(next, -1);
        int[] starts = new int[features.length + 1];
        for (int i = 0; i < features.length; i++) {
            next[features[i] - from] = starts[i] + 1;
            starts[i + 1] = starts[i] + 2 + values.counts()[features[i]];
        }
        long[] cells = new long[starts[features.length]];
        int pieces = Math.max(1, Math.min(to - from, PIECES_PER_THREAD * threads.numThreads()));
        threads.forEach(
                pieces,
                piece -> values.forEach(
                        from + (int) ((long) (to - from) * piece / pieces),
                        from + (int) ((long) (to - from) * (piece + 1) / pieces),
                        (f, source, begin, end) -> take(source, begin, end, cells, next, f - from)));
        threads.forEach(features.length, i -> {
            int zeros = values.absentZeros(features[i]);
            int end = next[features[i] - from];
            if (zeros > 0) {
                cells[end++] = cell(SortableFloat.key(0), zeros);
            }
            cells[starts[i]] = merge(cells, starts[i] + 1, end);
        });
        int length = 0;
        for (int i = 0; i < features.length; i++) {
            int used = 1 + (int) cells[starts[i]];
            System.arraycopy(cells, starts[i], cells, length, used);
            length += used;
        }
        return Arrays.copyOf(cells, length);
    }

    private void take(float[] source, int begin, int end, long[] cells, int[] next, int index) {
        if (next[index] < 0) {
            return;
        }
        for (int k = begin; k < end; k++) {
            int key = SortableFloat.key(source[k]);
            int first = key >>> RadixLevels.FIRST_SHIFT;
            boolean isFinite = first >= RadixLevels.FIRST_FINITE && first <= RadixLevels.LAST_FINITE;
            if (isFinite && !values.isAbsent(source[k])) {
                cells[next[index]++] = cell(key, 1);
            }
        }
    }

    private static long cell(int key, int count) {
        return (long) (key ^ SIGN) << 32 | count;
    }

    /** Sorts cells and unites those of one value; returns how many are left. */
    private static int merge(long[] cells, int from, int to) {
        Arrays.sort(cells, from, to);
        int last = from - 1;
        for (int k = from; k < to; k++) {
            if (last >= from && cells[last] >> 32 == cells[k] >> 32) {
                cells[last] += cells[k] & COUNT_MASK;
            } else {
                cells[++last] = cells[k];
            }
        }
        return last + 1 - from;
    }

    /**
     * The messages of all ranks one after another.
     *
     * @param starts {@code starts[rank][i]}: where the part of feature {@code i} of the message begins
     */
    private record Messages(long[] all, int[][] starts) {}

    private Messages exchange(long[] own, int numFeatures) {
        long[] lengths = new long[collective.size()];
        lengths[collective.rank()] = own.length;
        collective.sum(lengths, 0, lengths.length);
        int[] ends = new int[lengths.length];
        int end = 0;
        for (int r = 0; r < ends.length; r++) {
            end = Math.toIntExact(end + lengths[r]);
            ends[r] = end;
        }
        long[] all = own;
        if (ends.length > 1) {
            all = new long[end];
            System.arraycopy(own, 0, all, ends[collective.rank()] - own.length, own.length);
            collective.allGather(all, ends);
        }
        int[][] starts = new int[ends.length][numFeatures];
        for (int r = 0; r < ends.length; r++) {
            int at = r == 0 ? 0 : ends[r - 1];
            for (int i = 0; i < numFeatures; i++) {
                starts[r][i] = at;
                at += 1 + (int) all[at];
            }
        }
        return new Messages(all, starts);
    }

    private int[] boundaries(Messages messages, int feature) {
        int most = 0;
        for (int[] ofRank : messages.starts) {
            most += (int) messages.all[ofRank[feature]];
        }
        long[] cells = new long[most];
        int length = 0;
        for (int[] ofRank : messages.starts) {
            int start = ofRank[feature];
            int count = (int) messages.all[start];
            System.arraycopy(messages.all, start + 1, cells, length, count);
            length += count;
        }
        return boundaries(cells);
    }

    /** @param cells of all ranks, in any order; a value may have several, whose counts may add up to more than 32 bits hold */
    private int[] boundaries(long[] cells) {
        Arrays.sort(cells);
        int[] keys = new int[cells.length];
        long[] counts = new long[cells.length];
        int last = -1;
        for (long cell : cells) {
            int key = (int) (cell >> 32) ^ SIGN;
            if (last < 0 || keys[last] != key) {
                keys[++last] = key;
            }
            counts[last] += cell & COUNT_MASK;
        }
        return BinCuts.boundaries(SortedCounts.buckets(Arrays.copyOf(keys, last + 1), counts, maxBins), maxBins);
    }
}
