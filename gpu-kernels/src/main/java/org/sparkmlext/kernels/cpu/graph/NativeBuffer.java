package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A buffer outside the heap, seen through windows of less than 2 GiB. */
final class NativeBuffer implements Buffer {

    private static final int WINDOW_BITS = 27;
    private static final int WINDOW = 1 << WINDOW_BITS;

    /** Elements to copy to the heap at once: several such arrays fit into the nearest caches. */
    static final int CHUNK = 2048;

    private final CpuGraphKernels owner;
    private final ElementType type;
    private final int length;
    private final NativeMemory memory;
    private final ByteBuffer[] windows;
    private boolean isClosed;

    NativeBuffer(CpuGraphKernels owner, ElementType type, int length, String what, String remedy) {
        this.owner = owner;
        this.type = type;
        this.length = length;
        memory = NativeMemory.allocate((long) length * type.sizeBytes(), what, remedy);
        windows = new ByteBuffer[(int) (((long) length + WINDOW - 1) >> WINDOW_BITS)];
        for (int i = 0; i < windows.length; i++) {
            long from = (long) i << WINDOW_BITS;
            long elements = Math.min(WINDOW, length - from);
            windows[i] = NativeMemory.view(memory.at(from * type.sizeBytes()), elements * type.sizeBytes());
        }
    }

    CpuGraphKernels owner() {
        return owner;
    }

    /** Address of an element. */
    Pointer at(long element) {
        return memory.at(element * type.sizeBytes());
    }

    long bytes() {
        return memory.bytes();
    }

    /** Takes over the content of a buffer of the same size. */
    void copyFrom(NativeBuffer other) {
        requireOpen();
        other.requireOpen();
        Pointer.memcpy(at(0), other.at(0), bytes());
    }

    void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public int length() {
        return length;
    }

    /** Moves elements between a window, from an element of it, and an array. */
    private interface Move {
        void move(ByteBuffer window, int from, int arrayFrom, int count);
    }

    private void move(ElementType of, int from, int arrayLength, int arrayFrom, int count, Move move) {
        requireOpen();
        if (of != type) {
            throw new IllegalStateException(this + " was used as " + of);
        }
        Objects.checkFromIndexSize(from, count, length);
        Objects.checkFromIndexSize(arrayFrom, count, arrayLength);
        int done = 0;
        while (done < count) {
            int at = from + done;
            int inWindow = at & (WINDOW - 1);
            int part = Math.min(count - done, WINDOW - inWindow);
            move.move(windows[at >>> WINDOW_BITS], inWindow, arrayFrom + done, part);
            done += part;
        }
    }

    @Override
    public void copyIn(int to, int[] source, int sourceFrom, int count) {
        move(
                ElementType.INT,
                to,
                source.length,
                sourceFrom,
                count,
                (w, from, at, n) -> w.asIntBuffer().put(from, source, at, n));
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        move(
                ElementType.LONG,
                to,
                source.length,
                sourceFrom,
                count,
                (w, from, at, n) -> w.asLongBuffer().put(from, source, at, n));
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        move(
                ElementType.FLOAT,
                to,
                source.length,
                sourceFrom,
                count,
                (w, from, at, n) -> w.asFloatBuffer().put(from, source, at, n));
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        move(ElementType.BYTE, to, source.length, sourceFrom, count, (w, from, at, n) -> w.put(from, source, at, n));
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        move(
                ElementType.INT,
                from,
                target.length,
                targetFrom,
                count,
                (w, at, to, n) -> w.asIntBuffer().get(at, target, to, n));
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        move(
                ElementType.LONG,
                from,
                target.length,
                targetFrom,
                count,
                (w, at, to, n) -> w.asLongBuffer().get(at, target, to, n));
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        move(
                ElementType.FLOAT,
                from,
                target.length,
                targetFrom,
                count,
                (w, at, to, n) -> w.asFloatBuffer().get(at, target, to, n));
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        move(ElementType.BYTE, from, target.length, targetFrom, count, (w, at, to, n) -> w.get(at, target, to, n));
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            memory.close();
        }
    }

    @Override
    public String toString() {
        return "cpu buffer of " + length + " " + type;
    }
}
