package org.sparkmlext.kernels.cpu;

/** What belongs to one back end and may be closed: buffers, rows, partitions, histograms. */
abstract class CpuResource implements AutoCloseable {

    private final CpuBackend owner;
    private boolean isClosed;

    CpuResource(CpuBackend owner) {
        this.owner = owner;
    }

    final CpuBackend owner() {
        return owner;
    }

    final void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    /** Lets the arrays go, so that a reference to a closed resource holds no memory. */
    abstract void release();

    @Override
    public final void close() {
        if (!isClosed) {
            isClosed = true;
            release();
        }
    }
}
