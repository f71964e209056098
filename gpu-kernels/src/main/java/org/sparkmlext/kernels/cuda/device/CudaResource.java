package org.sparkmlext.kernels.cuda.device;

/** What belongs to one device and may be closed: buffers, rows, partitions, histograms. */
public abstract class CudaResource implements AutoCloseable {

    private final CudaDevice owner;
    private boolean isClosed;

    protected CudaResource(CudaDevice owner) {
        this.owner = owner;
    }

    public final CudaDevice owner() {
        return owner;
    }

    public final void requireOpen() {
        owner.requireOpen();
        if (isClosed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    /** Frees the memory. */
    protected abstract void release();

    @Override
    public final void close() {
        if (!isClosed) {
            isClosed = true;
            release();
        }
    }
}
