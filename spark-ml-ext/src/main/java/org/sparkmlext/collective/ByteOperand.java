package org.sparkmlext.collective;

import java.nio.ByteBuffer;

/** A part of a {@code byte[]}; it is only copied, never combined. */
final class ByteOperand extends Operand {
    static final byte CODE = 3;

    private final byte[] values;
    private final int base;

    ByteOperand(byte[] values, int base, int length) {
        super("byte", CODE, 1, length);
        this.values = values;
        this.base = base;
    }

    @Override
    void encode(int from, int count, ByteBuffer out) {
        out.put(values, base + from, count);
    }

    @Override
    void store(ByteBuffer in, int to, int count) {
        in.get(values, base + to, count);
    }

    @Override
    void fold(ByteBuffer in, int to, int count) {
        throw new UnsupportedOperationException("bytes are copied, not combined");
    }

    @Override
    void storeFrom(Operand source, int from, int to, int count) {
        ByteOperand other = (ByteOperand) source;
        System.arraycopy(other.values, other.base + from, values, base + to, count);
    }

    @Override
    void foldFrom(Operand source, int from, int to, int count) {
        throw new UnsupportedOperationException("bytes are copied, not combined");
    }

    @Override
    ByteOperand scratch(int elements) {
        return new ByteOperand(new byte[elements], 0, elements);
    }
}
