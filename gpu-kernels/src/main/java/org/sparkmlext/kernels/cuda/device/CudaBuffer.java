package org.sparkmlext.kernels.cuda.device;

import java.util.Objects;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A buffer in a device's memory. */
public final class CudaBuffer extends CudaResource implements Buffer {

    private final DeviceMemory memory;
    private final ElementType type;
    private final int length;

    public CudaBuffer(CudaDevice owner, DeviceMemory memory, ElementType type, int length) {
        super(owner);
        this.memory = memory;
        this.type = type;
        this.length = length;
    }

    /** For a launch on the same device. */
    public DeviceMemory memory() {
        requireOpen();
        return memory;
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
        memory.copyIn(place(ElementType.INT, to, source.length, sourceFrom, count), source, sourceFrom, count);
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        memory.copyIn(place(ElementType.LONG, to, source.length, sourceFrom, count), source, sourceFrom, count);
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        memory.copyIn(place(ElementType.FLOAT, to, source.length, sourceFrom, count), source, sourceFrom, count);
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        memory.copyIn(place(ElementType.BYTE, to, source.length, sourceFrom, count), source, sourceFrom, count);
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        memory.copyOut(place(ElementType.INT, from, target.length, targetFrom, count), target, targetFrom, count);
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        memory.copyOut(place(ElementType.LONG, from, target.length, targetFrom, count), target, targetFrom, count);
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        memory.copyOut(place(ElementType.FLOAT, from, target.length, targetFrom, count), target, targetFrom, count);
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        memory.copyOut(place(ElementType.BYTE, from, target.length, targetFrom, count), target, targetFrom, count);
    }

    /** Checks a copy and tells where in the memory it begins. */
    private long place(ElementType wanted, int index, int arrayLength, int arrayFrom, int count) {
        requireOpen();
        if (type != wanted) {
            throw new IllegalStateException(this + " was used as " + wanted);
        }
        Objects.checkFromIndexSize(index, count, length);
        Objects.checkFromIndexSize(arrayFrom, count, arrayLength);
        return (long) index * type.sizeBytes();
    }

    @Override
    protected void release() {
        owner().free(memory);
    }

    @Override
    public String toString() {
        return "cuda buffer of " + length + " " + type;
    }
}
