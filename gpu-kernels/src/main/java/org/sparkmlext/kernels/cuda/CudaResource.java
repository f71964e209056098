package org.sparkmlext.kernels.cuda;

/** What belongs to one device and may be closed: buffers, rows, partitions, histograms. */
abstract class CudaResource implements AutoCloseable {

    private final CudaDevice owner;
    private boolean isClosed;

    CudaResource(CudaDevice owner) {
        this.owner = owner;
    }

    final CudaDevice owner() {
        return owner;
    }

    final void requireOpen() {
        owner.requireOpen();
        if (isClosed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    /** Frees the memory. */
    abstract void release();

    @Override
    public final void close() {
        if (!isClosed) {
            isClosed = true;
            release();
        }
    }
}
