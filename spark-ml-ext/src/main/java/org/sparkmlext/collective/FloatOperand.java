package org.sparkmlext.collective;

import java.nio.ByteBuffer;

/** A part of a {@code float[]}, summed or maximised (NaN wins). */
final class FloatOperand extends Operand {
    static final byte CODE = 2;
    private static final int BLOCK = 8192;

    private final float[] values;
    private final int base;
    private final boolean maximum;
    private final float[] block;

    FloatOperand(float[] values, int base, int length, boolean maximum) {
        super("float32", CODE, Float.BYTES, length);
        this.values = values;
        this.base = base;
        this.maximum = maximum;
        this.block = new float[Math.min(BLOCK, Math.max(1, length))];
    }

    @Override
    void encode(int from, int count, ByteBuffer out) {
        out.asFloatBuffer().put(values, base + from, count);
        out.position(out.position() + count * Float.BYTES);
    }

    @Override
    void store(ByteBuffer in, int to, int count) {
        in.asFloatBuffer().get(values, base + to, count);
        in.position(in.position() + count * Float.BYTES);
    }

    @Override
    void fold(ByteBuffer in, int to, int count) {
        var arrived = in.asFloatBuffer();
        for (int done = 0; done < count; ) {
            int part = Math.min(block.length, count - done);
            arrived.get(block, 0, part);
            combine(block, 0, base + to + done, part);
            done += part;
        }
        in.position(in.position() + count * Float.BYTES);
    }

    @Override
    void storeFrom(Operand source, int from, int to, int count) {
        FloatOperand other = (FloatOperand) source;
        System.arraycopy(other.values, other.base + from, values, base + to, count);
    }

    @Override
    void foldFrom(Operand source, int from, int to, int count) {
        FloatOperand other = (FloatOperand) source;
        combine(other.values, other.base + from, base + to, count);
    }

    @Override
    FloatOperand scratch(int elements) {
        return new FloatOperand(new float[elements], 0, elements, maximum);
    }

    private void combine(float[] arrived, int from, int to, int count) {
        float[] present = values;
        if (maximum) {
            for (int i = 0; i < count; i++) {
                present[to + i] = Math.max(present[to + i], arrived[from + i]);
            }
        } else {
            for (int i = 0; i < count; i++) {
                present[to + i] += arrived[from + i];
            }
        }
    }
}
