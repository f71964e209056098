package org.sparkmlext.kernels.cuda;

import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A buffer in a GPU's memory. Arrays are copied without a detour, so a copy runs at the speed of pageable memory. */
final class CudaBuffer implements Buffer {

    private final CudaDevice owner;
    private final CUdeviceptr address;
    private final ElementType type;
    private final int length;
    private boolean isClosed;

    CudaBuffer(CudaDevice owner, CUdeviceptr address, ElementType type, int length) {
        this.owner = owner;
        this.address = address;
        this.type = type;
        this.length = length;
    }

    /** Where it lies, for a launch on the same device. */
    CUdeviceptr address() {
        requireOpen();
        return address;
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
        copyIn(to, Pointer.to(source), source.length, sourceFrom, count, ElementType.INT);
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        copyIn(to, Pointer.to(source), source.length, sourceFrom, count, ElementType.LONG);
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        copyIn(to, Pointer.to(source), source.length, sourceFrom, count, ElementType.FLOAT);
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        copyIn(to, Pointer.to(source), source.length, sourceFrom, count, ElementType.BYTE);
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        copyOut(from, Pointer.to(target), target.length, targetFrom, count, ElementType.INT);
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        copyOut(from, Pointer.to(target), target.length, targetFrom, count, ElementType.LONG);
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        copyOut(from, Pointer.to(target), target.length, targetFrom, count, ElementType.FLOAT);
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        copyOut(from, Pointer.to(target), target.length, targetFrom, count, ElementType.BYTE);
    }

    private void copyIn(int to, Pointer source, int sourceLength, int sourceFrom, int count, ElementType wanted) {
        require(wanted);
        Objects.checkFromIndexSize(sourceFrom, count, sourceLength);
        Objects.checkFromIndexSize(to, count, length);
        if (count > 0) {
            JCudaCalls.check(
                    JCudaDriver.cuMemcpyHtoD(at(to), host(source, sourceFrom), bytes(count)),
                    "copying " + bytes(count) + " bytes to the device");
        }
    }

    private void copyOut(int from, Pointer target, int targetLength, int targetFrom, int count, ElementType wanted) {
        require(wanted);
        Objects.checkFromIndexSize(from, count, length);
        Objects.checkFromIndexSize(targetFrom, count, targetLength);
        if (count > 0) {
            JCudaCalls.check(
                    JCudaDriver.cuMemcpyDtoH(host(target, targetFrom), at(from), bytes(count)),
                    "copying " + bytes(count) + " bytes from the device");
        }
    }

    private CUdeviceptr at(int index) {
        return address.withByteOffset(bytes(index));
    }

    private Pointer host(Pointer array, int index) {
        return array.withByteOffset(bytes(index));
    }

    private long bytes(int count) {
        return (long) count * type.sizeBytes();
    }

    private void require(ElementType wanted) {
        requireOpen();
        if (type != wanted) {
            throw new IllegalStateException(this + " was used as " + wanted);
        }
    }

    private void requireOpen() {
        owner.requireOpen();
        if (isClosed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            owner.requireOpen();
            isClosed = true;
            JCudaCalls.check(JCudaDriver.cuMemFree(address), "freeing " + this);
        }
    }

    @Override
    public String toString() {
        return "cuda buffer of " + length + " " + type;
    }
}
