package org.sparkmlext.kernels.cpu;

import static org.sparkmlext.kernels.cpu.HistogramScratch.CELLS;

import java.lang.reflect.Field;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * Checks the ends of all arrays once a call, and no index after that: a bin is a byte, so no cell lies outside what was
 * checked. Bytes are loaded one by one, which leaves four instructions an add where {@link CheckedCellAdder} takes ten.
 *
 * <p>By {@code sun.misc.Unsafe} of the module {@code jdk.unsupported}, the way of Java 17 that Spark itself goes. Java 24 and
 * later warn of it, so there it is not used.
 */
final class UncheckedCellAdder implements CellAdder {

    /** Warnings on the console begin here. */
    private static final int FIRST_JAVA_THAT_WARNS = 24;

    private static final @Nullable Unsafe FOUND = find();
    private static final long START = Unsafe.ARRAY_LONG_BASE_OFFSET;
    /** Bytes of one feature's cells where a cell is one long. */
    private static final long SINGLES = (long) CELLS * Long.BYTES;
    /** The same where it is two. */
    private static final long PAIRS = 2 * SINGLES;

    private static final int SINGLE_SHIFT = 3;
    private static final int PAIR_SHIFT = 4;

    private final Unsafe memory = Objects.requireNonNull(FOUND, "sun.misc.Unsafe is not accessible");

    /** Whether this JVM has what this class needs, and bytes lie in longs as it takes them to. */
    static boolean isUsable() {
        return FOUND != null
                && Unsafe.ARRAY_LONG_INDEX_SCALE == Long.BYTES
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                && Runtime.version().feature() < FIRST_JAVA_THAT_WARNS;
    }

    private static @Nullable Unsafe find() {
        try {
            Field instance = Unsafe.class.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return (Unsafe) instance.get(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static void check(long[] bins, int from, int stride, int count) {
        Objects.checkIndex(from, bins.length);
        Objects.checkIndex(stride, Integer.MAX_VALUE);
        if ((count - 1L) * stride > bins.length - 1L - from) {
            throw new IndexOutOfBoundsException("row " + (count - 1) + " of stride " + stride + " from " + from
                    + " lies outside of " + bins.length + " words");
        }
    }

    @Override
    public void addEight(long[] cells, long[] values, long[] bins, int from, int stride, int count) {
        if (count <= 0) {
            return;
        }
        check(bins, from, stride, count);
        Objects.checkIndex(count - 1, values.length);
        Objects.checkIndex(8 * CELLS - 1, cells.length);
        long at = START + (long) from * Long.BYTES;
        long step = (long) stride * Long.BYTES;
        long end = START + (long) count * Long.BYTES;
        for (long i = START; i < end; i += Long.BYTES, at += step) {
            long v = memory.getLong(values, i);
            add(cells, START, bins, at, v);
            add(cells, START + SINGLES, bins, at + 1, v);
            add(cells, START + 2 * SINGLES, bins, at + 2, v);
            add(cells, START + 3 * SINGLES, bins, at + 3, v);
            add(cells, START + 4 * SINGLES, bins, at + 4, v);
            add(cells, START + 5 * SINGLES, bins, at + 5, v);
            add(cells, START + 6 * SINGLES, bins, at + 6, v);
            add(cells, START + 7 * SINGLES, bins, at + 7, v);
        }
    }

    @Override
    public void addFour(long[] cells, long[] values, long[] bins, int from, int stride, int count) {
        if (count <= 0) {
            return;
        }
        check(bins, from, stride, count);
        Objects.checkIndex(count - 1, values.length);
        Objects.checkIndex(4 * CELLS - 1, cells.length);
        long at = START + (long) from * Long.BYTES;
        long step = (long) stride * Long.BYTES;
        long end = START + (long) count * Long.BYTES;
        for (long i = START; i < end; i += Long.BYTES, at += step) {
            long v = memory.getLong(values, i);
            add(cells, START, bins, at, v);
            add(cells, START + SINGLES, bins, at + 1, v);
            add(cells, START + 2 * SINGLES, bins, at + 2, v);
            add(cells, START + 3 * SINGLES, bins, at + 3, v);
        }
    }

    private void add(long[] cells, long from, long[] bins, long bin, long value) {
        long cell = from + ((memory.getByte(bins, bin) & 255L) << SINGLE_SHIFT);
        memory.putLong(cells, cell, memory.getLong(cells, cell) + value);
    }

    @Override
    public void addPairs(
            long[] cells,
            long[] firsts,
            long[] seconds,
            long[] bins,
            int from,
            int stride,
            int count,
            boolean isUpper) {
        if (count <= 0) {
            return;
        }
        check(bins, from, stride, count);
        Objects.checkIndex(count - 1, firsts.length);
        Objects.checkIndex(count - 1, seconds.length);
        Objects.checkIndex((isUpper ? 16 : 8) * CELLS - 1, cells.length);
        long at = START + (long) from * Long.BYTES + (isUpper ? Integer.BYTES : 0);
        long step = (long) stride * Long.BYTES;
        long base = START + (isUpper ? 4 * PAIRS : 0);
        long end = START + (long) count * Long.BYTES;
        for (long i = START; i < end; i += Long.BYTES, at += step) {
            long first = memory.getLong(firsts, i);
            long second = memory.getLong(seconds, i);
            addPair(cells, base, bins, at, first, second);
            addPair(cells, base + PAIRS, bins, at + 1, first, second);
            addPair(cells, base + 2 * PAIRS, bins, at + 2, first, second);
            addPair(cells, base + 3 * PAIRS, bins, at + 3, first, second);
        }
    }

    private void addPair(long[] cells, long from, long[] bins, long bin, long first, long second) {
        long cell = from + ((memory.getByte(bins, bin) & 255L) << PAIR_SHIFT);
        memory.putLong(cells, cell, memory.getLong(cells, cell) + first);
        memory.putLong(cells, cell + Long.BYTES, memory.getLong(cells, cell + Long.BYTES) + second);
    }
}
