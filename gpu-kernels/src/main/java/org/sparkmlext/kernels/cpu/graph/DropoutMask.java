package org.sparkmlext.kernels.cpu.graph;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.RunKey;

/**
 * Writes which elements a dropout keeps: a byte 1 or 0 each, in the layout of the values.
 *
 * <p>The numbers are those of {@link CounterRandom#bits}. They are drawn for a block of neighbouring positions at once, in a loop over
 * longs that the JIT turns into vector code, where a call for each element would take several times as long.
 */
final class DropoutMask {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int BLOCK = 1024;
    private static final int PACK = Long.BYTES;
    private static final long[] COUNTERS = new long[BLOCK];
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static {
        for (int i = 0; i < BLOCK; i++) {
            COUNTERS[i] = i * GOLDEN;
        }
    }

    private final int stream;
    private final long threshold;
    private final int rows;
    private final Order order;
    private final Part[] parts;

    /**
     * Where the elements of a row lie.
     *
     * @param channels elements of a pixel; all elements of a row that is no image
     * @param pixels 1 for a row that is no image
     * @param block channels that lie together, 1 where each channel is a plane of its own
     * @param steps parts that a row lies in, the first ones of all rows before the second ones; 1 where it lies in one piece
     */
    record Order(int channels, int pixels, int block, int steps) {

        /** Rows in one piece. */
        Order(int channels, int pixels, int block) {
            this(channels, pixels, block, 1);
        }

        /** Bytes of a row, padding included. */
        int bytes() {
            return (channels + block - 1) / block * block * pixels;
        }
    }

    /** Arrays of one thread. */
    private record Part(long[] kept, byte[] row) {}

    DropoutMask(float rate, int stream, int rows, Order order, int numParts) {
        this.stream = stream;
        this.rows = rows;
        this.order = order;
        threshold = CounterRandom.threshold(rate);
        parts = new Part[Math.min(numParts, rows)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Part(new long[BLOCK], new byte[order.bytes()]);
        }
    }

    void fill(RunKey key, LongBuffer rowNumbers, ByteBuffer mask, ObjIntConsumer<IntConsumer> loop) {
        loop.accept(
                part -> {
                    int end = (int) ((long) rows * (part + 1) / parts.length);
                    for (int row = (int) ((long) rows * part / parts.length); row < end; row++) {
                        long rowKey = CounterRandom.rowKey(key.seed(), key.step(), stream, rowNumbers.get(row));
                        fillRow(rowKey, parts[part]);
                        int bytes = order.bytes() / order.steps;
                        for (int step = 0; step < order.steps; step++) {
                            mask.put((step * rows + row) * bytes, parts[part].row, step * bytes, bytes);
                        }
                    }
                },
                parts.length);
    }

    private void fillRow(long rowKey, Part part) {
        int elements = order.channels * order.pixels;
        for (int from = 0; from < elements; from += BLOCK) {
            int count = Math.min(BLOCK, elements - from);
            draw(rowKey + from * GOLDEN, threshold, part.kept, count);
            if (order.block == order.channels) {
                pack(part.kept, part.row, from, count);
            } else if (order.block % PACK == 0 && order.channels % PACK == 0) {
                scatterPacked(part, from, count);
            } else {
                scatter(part, from, count);
            }
        }
    }

    /** 1 for each position that is kept: whose bits are at least the threshold. */
    private static void draw(long key, long threshold, long[] kept, int count) {
        for (int i = 0; i < count; i++) {
            long x = key + COUNTERS[i];
            x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
            x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
            x ^= x >>> 31;
            kept[i] = (threshold - 1 - (x >>> (Long.SIZE - CounterRandom.BITS))) >>> (Long.SIZE - 1);
        }
    }

    private static long packed(long[] kept, int i) {
        return kept[i]
                | kept[i + 1] << 8
                | kept[i + 2] << 16
                | kept[i + 3] << 24
                | kept[i + 4] << 32
                | kept[i + 5] << 40
                | kept[i + 6] << 48
                | kept[i + 7] << 56;
    }

    private static void pack(long[] kept, byte[] row, int to, int count) {
        int i = 0;
        for (; i + PACK <= count; i += PACK) {
            LONGS.set(row, to + i, packed(kept, i));
        }
        for (; i < count; i++) {
            row[to + i] = (byte) kept[i];
        }
    }

    private void scatterPacked(Part part, int from, int count) {
        int pixel = from / order.channels;
        int channel = from % order.channels;
        for (int i = 0; i < count; i += PACK) {
            LONGS.set(part.row, place(pixel, channel), packed(part.kept, i));
            channel += PACK;
            if (channel == order.channels) {
                channel = 0;
                pixel++;
            }
        }
    }

    private void scatter(Part part, int from, int count) {
        int pixel = from / order.channels;
        int channel = from % order.channels;
        for (int i = 0; i < count; i++) {
            part.row[place(pixel, channel)] = (byte) part.kept[i];
            if (++channel == order.channels) {
                channel = 0;
                pixel++;
            }
        }
    }

    private int place(int pixel, int channel) {
        return (channel / order.block * order.pixels + pixel) * order.block + channel % order.block;
    }
}
