package org.sparkmlext.kernels.sealed;

import java.util.Objects;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A buffer with one sealed long an element, whatever the type. */
final class SealedBuffer implements Buffer {

    final SealedMemory memory;
    private final ElementType type;

    SealedBuffer(SealedBackend owner, ElementType type, int length) {
        this.type = type;
        memory = new SealedMemory(owner, "buffer of " + type, length);
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public int length() {
        return memory.length();
    }

    float getFloat(int index) {
        return Float.intBitsToFloat((int) memory.get(index));
    }

    void setFloat(int index, float value) {
        memory.set(index, Float.floatToRawIntBits(value));
    }

    @Override
    public void copyIn(int to, int[] source, int sourceFrom, int count) {
        check(ElementType.INT, to, source.length, sourceFrom, count);
        for (int i = 0; i < count; i++) {
            memory.set(to + i, source[sourceFrom + i]);
        }
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        check(ElementType.LONG, to, source.length, sourceFrom, count);
        for (int i = 0; i < count; i++) {
            memory.set(to + i, source[sourceFrom + i]);
        }
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        check(ElementType.FLOAT, to, source.length, sourceFrom, count);
        for (int i = 0; i < count; i++) {
            setFloat(to + i, source[sourceFrom + i]);
        }
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        check(ElementType.BYTE, to, source.length, sourceFrom, count);
        for (int i = 0; i < count; i++) {
            memory.set(to + i, source[sourceFrom + i]);
        }
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        check(ElementType.INT, from, target.length, targetFrom, count);
        for (int i = 0; i < count; i++) {
            target[targetFrom + i] = (int) memory.get(from + i);
        }
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        check(ElementType.LONG, from, target.length, targetFrom, count);
        for (int i = 0; i < count; i++) {
            target[targetFrom + i] = memory.get(from + i);
        }
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        check(ElementType.FLOAT, from, target.length, targetFrom, count);
        for (int i = 0; i < count; i++) {
            target[targetFrom + i] = getFloat(from + i);
        }
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        check(ElementType.BYTE, from, target.length, targetFrom, count);
        for (int i = 0; i < count; i++) {
            target[targetFrom + i] = (byte) memory.get(from + i);
        }
    }

    private void check(ElementType wanted, int at, int arrayLength, int arrayFrom, int count) {
        memory.requireOpen();
        memory.owner().step();
        if (type != wanted) {
            throw new IllegalStateException(memory + " was used as " + wanted);
        }
        Objects.checkFromIndexSize(at, count, length());
        Objects.checkFromIndexSize(arrayFrom, count, arrayLength);
    }

    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return memory.toString();
    }
}
