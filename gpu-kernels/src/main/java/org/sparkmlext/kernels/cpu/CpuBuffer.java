package org.sparkmlext.kernels.cpu;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A buffer that is a Java array. */
final class CpuBuffer extends CpuResource implements Buffer {

    private final ElementType type;
    private final int length;
    /** An {@code int[]}, {@code long[]}, {@code float[]} or {@code byte[]}; null once closed. */
    private @Nullable Object array;

    private int version;

    CpuBuffer(CpuBackend owner, ElementType type, int length) {
        super(owner);
        this.type = type;
        this.length = length;
        this.array = switch (type) {
            case INT -> new int[length];
            case LONG -> new long[length];
            case FLOAT -> new float[length];
            case BYTE -> new byte[length];
        };
    }

    int[] ints() {
        requireOpen();
        if (array instanceof int[] ints) {
            return ints;
        }
        throw notOf(ElementType.INT);
    }

    /** Changes with every write, so that copies made of the content can tell whether they are still good. */
    int version() {
        return version;
    }

    /** The array of a kernel that writes. */
    long[] longsToWrite() {
        version++;
        return longs();
    }

    long[] longs() {
        requireOpen();
        if (array instanceof long[] longs) {
            return longs;
        }
        throw notOf(ElementType.LONG);
    }

    float[] floats() {
        requireOpen();
        if (array instanceof float[] floats) {
            return floats;
        }
        throw notOf(ElementType.FLOAT);
    }

    private byte[] bytes() {
        requireOpen();
        if (array instanceof byte[] bytes) {
            return bytes;
        }
        throw notOf(ElementType.BYTE);
    }

    private IllegalStateException notOf(ElementType wanted) {
        return new IllegalStateException(this + " was used as " + wanted);
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public void copyIn(int to, int[] source, int sourceFrom, int count) {
        copy(source, source.length, sourceFrom, ints(), length, to, count);
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        copy(source, source.length, sourceFrom, longsToWrite(), length, to, count);
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        copy(source, source.length, sourceFrom, floats(), length, to, count);
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        copy(source, source.length, sourceFrom, bytes(), length, to, count);
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        copy(ints(), length, from, target, target.length, targetFrom, count);
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        copy(longs(), length, from, target, target.length, targetFrom, count);
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        copy(floats(), length, from, target, target.length, targetFrom, count);
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        copy(bytes(), length, from, target, target.length, targetFrom, count);
    }

    @SuppressWarnings("SuspiciousSystemArraycopy")
    private static void copy(
            Object source, int sourceLength, int sourceFrom, Object target, int targetLength, int to, int count) {
        Objects.checkFromIndexSize(sourceFrom, count, sourceLength);
        Objects.checkFromIndexSize(to, count, targetLength);
        System.arraycopy(source, sourceFrom, target, to, count);
    }

    @Override
    void release() {
        array = null;
    }

    @Override
    public String toString() {
        return "cpu buffer of " + length + " " + type;
    }
}
