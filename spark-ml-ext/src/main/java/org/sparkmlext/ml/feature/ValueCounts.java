package org.sparkmlext.ml.feature;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How often each value occurs, in at most {@link #MOST} counters: where there are more values, those that begin with the same bits are
 * counted together. How many bits that takes depends on the values alone, so that the counters are the same in any order and partitioning.
 *
 * <p>Values are keys: the bits of a double, changed so that their order as whole numbers is that of the doubles.
 */
final class ValueCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    static final int MOST = 1 << 16;

    private static final int COARSER_BITS = 4;
    private static final int BUFFER = 1 << 14;

    /** Bits that are left off at the end. */
    private int shift;
    /** Keys without those bits, ascending. */
    private long[] prefixes = {};

    private long[] counts = {};
    private int size;
    private transient long[] buffer = {};
    private transient int buffered;

    /** The key of a value, the same for 0.0 and -0.0. */
    static long key(double value) {
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    /** The value of a key. */
    static double value(long key) {
        return Double.longBitsToDouble(key ^ ((key >> 63) & Long.MAX_VALUE));
    }

    void add(long key) {
        if (buffer.length == 0) {
            buffer = new long[BUFFER];
        }
        buffer[buffered++] = key;
        if (buffered == BUFFER) {
            flush();
        }
    }

    private void flush() {
        if (buffered == 0) {
            return;
        }
        for (int i = 0; i < buffered; i++) {
            buffer[i] >>= shift;
        }
        Arrays.sort(buffer, 0, buffered);
        long[] ones = new long[buffered];
        Arrays.fill(ones, 1);
        join(buffer, ones, buffered);
        buffered = 0;
    }

    /** Adds counters of this shift, ascending. */
    private void join(long[] otherPrefixes, long[] otherCounts, int otherSize) {
        long[] joined = new long[size + otherSize];
        long[] sums = new long[size + otherSize];
        int at = -1;
        int a = 0;
        int b = 0;
        while (a < size || b < otherSize) {
            boolean isMine = b == otherSize || (a < size && prefixes[a] <= otherPrefixes[b]);
            long prefix = isMine ? prefixes[a] : otherPrefixes[b];
            if (at < 0 || joined[at] != prefix) {
                joined[++at] = prefix;
            }
            sums[at] += isMine ? counts[a++] : otherCounts[b++];
        }
        prefixes = joined;
        counts = sums;
        size = at + 1;
        while (size > MOST) {
            coarsen(shift + COARSER_BITS);
        }
    }

    private void coarsen(int newShift) {
        int at = -1;
        for (int i = 0; i < size; i++) {
            long prefix = prefixes[i] >> (newShift - shift);
            long count = counts[i];
            if (at < 0 || prefixes[at] != prefix) {
                prefixes[++at] = prefix;
                counts[at] = 0;
            }
            counts[at] += count;
        }
        size = at + 1;
        shift = newShift;
    }

    void merge(ValueCounts other) {
        flush();
        other.flush();
        if (other.shift > shift) {
            coarsen(other.shift);
        } else if (shift > other.shift) {
            other.coarsen(shift);
        }
        join(other.prefixes, other.counts, other.size);
    }

    /** Values counted. */
    long total() {
        flush();
        return Arrays.stream(counts, 0, size).sum();
    }

    /**
     * Where the value of a rank lies.
     *
     * @param rank how many values are before it, from 0 to {@link #total} - 1
     */
    Place place(long rank) {
        flush();
        long before = 0;
        int i = 0;
        while (before + counts[i] <= rank) {
            before += counts[i++];
        }
        long least = prefixes[i] << shift;
        return new Place(least, least + ((1L << shift) - 1), rank - before, counts[i]);
    }

    /**
     * A range of keys, both ends included, that holds a value.
     *
     * @param rank of the value among those in the range
     * @param count of the values in the range
     */
    record Place(long least, long most, long rank, long count) {

        boolean isExact() {
            return least == most;
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        buffer = new long[0];
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        flush();
        prefixes = Arrays.copyOf(prefixes, size);
        counts = Arrays.copyOf(counts, size);
        out.defaultWriteObject();
    }
}
