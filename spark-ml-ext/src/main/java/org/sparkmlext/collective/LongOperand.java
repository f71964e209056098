package org.sparkmlext.collective;

import java.nio.ByteBuffer;

/** A part of a {@code long[]}, summed (wrapping around), maximised or united bit by bit. */
final class LongOperand extends Operand {
    static final byte CODE = 1;
    private static final int BLOCK = 4096;

    /** How two values become one. */
    enum Fold {
        SUM,
        MAX,
        OR
    }

    private final long[] values;
    private final int base;
    private final Fold fold;
    private final long[] block;

    LongOperand(long[] values, int base, int length, Fold fold) {
        super("int64", CODE, Long.BYTES, length);
        this.values = values;
        this.base = base;
        this.fold = fold;
        this.block = new long[Math.min(BLOCK, Math.max(1, length))];
    }

    @Override
    void encode(int from, int count, ByteBuffer out) {
        out.asLongBuffer().put(values, base + from, count);
        out.position(out.position() + count * Long.BYTES);
    }

    @Override
    void store(ByteBuffer in, int to, int count) {
        in.asLongBuffer().get(values, base + to, count);
        in.position(in.position() + count * Long.BYTES);
    }

    @Override
    void fold(ByteBuffer in, int to, int count) {
        var arrived = in.asLongBuffer();
        for (int done = 0; done < count; ) {
            int part = Math.min(block.length, count - done);
            arrived.get(block, 0, part);
            combine(block, 0, base + to + done, part);
            done += part;
        }
        in.position(in.position() + count * Long.BYTES);
    }

    @Override
    void storeFrom(Operand source, int from, int to, int count) {
        LongOperand other = (LongOperand) source;
        System.arraycopy(other.values, other.base + from, values, base + to, count);
    }

    @Override
    void foldFrom(Operand source, int from, int to, int count) {
        LongOperand other = (LongOperand) source;
        combine(other.values, other.base + from, base + to, count);
    }

    @Override
    LongOperand scratch(int elements) {
        return new LongOperand(new long[elements], 0, elements, fold);
    }

    private void combine(long[] arrived, int from, int to, int count) {
        long[] present = values;
        // One loop each, so that none has a branch.
        switch (fold) {
            case SUM -> {
                for (int i = 0; i < count; i++) {
                    present[to + i] += arrived[from + i];
                }
            }
            case MAX -> {
                for (int i = 0; i < count; i++) {
                    present[to + i] = Math.max(present[to + i], arrived[from + i]);
                }
            }
            case OR -> {
                for (int i = 0; i < count; i++) {
                    present[to + i] |= arrived[from + i];
                }
            }
        }
    }
}
