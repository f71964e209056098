package org.sparkmlext.kernels.cuda;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;

/**
 * An opened GPU: its primary context, which libraries like cuBLAS share.
 *
 * <p>Driven by one thread at a time; a thread that did not open it calls {@link #makeCurrent} first. All launches go to the
 * default stream, so they run one after another and copies wait for them.
 */
final class CudaDevice implements AutoCloseable {

    private final DeviceFacts facts;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private boolean isClosed;

    private CudaDevice(DeviceFacts facts, CUdevice device) {
        this.facts = facts;
        this.device = device;
    }

    /**
     * Opens a device and makes it current for this thread.
     *
     * @param ordinal counted from 0
     * @throws KernelException if it cannot be used; the message is that of {@link GpuRuntime#look}
     */
    static CudaDevice open(int ordinal) {
        Availability availability = GpuRuntime.look(ordinal);
        if (!availability.isAvailable()) {
            throw new KernelException("cuda: device " + ordinal + " cannot be used: " + availability.reason());
        }
        JCudaCalls calls = new JCudaCalls();
        CudaDevice opened = new CudaDevice(calls.facts(ordinal), calls.device(ordinal));
        JCudaCalls.check(
                JCudaDriver.cuDevicePrimaryCtxRetain(opened.context, opened.device), "opening device " + ordinal);
        opened.makeCurrent();
        return opened;
    }

    DeviceFacts facts() {
        return facts;
    }

    /** Lets this thread use the device. */
    void makeCurrent() {
        requireOpen();
        JCudaCalls.check(JCudaDriver.cuCtxSetCurrent(context), "choosing " + facts.name());
    }

    /** Bytes that could be allocated now. */
    long freeBytes() {
        requireOpen();
        long[] free = new long[1];
        JCudaCalls.check(JCudaDriver.cuMemGetInfo(free, new long[1]), "asking for free memory");
        return free[0];
    }

    /**
     * Allocates a zeroed buffer.
     *
     * @throws KernelException if there is not enough memory; the message gives bytes asked and bytes free
     */
    CudaBuffer allocate(ElementType type, int length) {
        if (length < 0) {
            throw new IllegalArgumentException("buffer length is " + length + "; it must be at least 0");
        }
        requireOpen();
        // A length of 0 has an address too.
        long bytes = Math.max(1, (long) length * type.sizeBytes());
        CUdeviceptr address = new CUdeviceptr();
        int code = JCudaDriver.cuMemAlloc(address, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new KernelException("cuda: no memory for a buffer on " + facts.name() + ": " + bytes
                    + " bytes asked, " + freeBytes() + " bytes free of " + facts.totalBytes()
                    + ". Use more workers, each with a GPU of its own, or fewer features, bins or leaves.");
        }
        JCudaCalls.check(code, "allocating " + bytes + " bytes");
        JCudaCalls.check(JCudaDriver.cuMemsetD8(address, (byte) 0, bytes), "clearing " + bytes + " bytes");
        return new CudaBuffer(this, address, type, length);
    }

    /** Waits for all launches; what went wrong in one of them comes out here at the latest. */
    void finish() {
        requireOpen();
        JCudaCalls.check(JCudaDriver.cuCtxSynchronize(), "running kernels");
    }

    void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the device " + facts.name() + " is closed");
        }
    }

    /** Gives the context back. Buffers and modules are closed before. Closing twice is allowed. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            JCudaCalls.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "closing " + facts.name());
        }
    }
}
