package org.sparkmlext.kernels.sealed;

import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * A device in its own memory, for tests; its kernels are the naive references, so use it on small data. Knows how many
 * resources were not closed.
 */
public final class SealedBackend implements Backend {

    private final SealedTreeKernels trees = new SealedTreeKernels(this);
    private long nextKey = System.nanoTime();
    private int numOpen;
    private boolean isClosed;

    /** Resources allocated and not yet closed. */
    public int numOpenResources() {
        return numOpen;
    }

    @Override
    public String name() {
        return SealedBackendProvider.NAME;
    }

    @Override
    public String description() {
        return "sealed: naive kernels on enciphered memory, for tests";
    }

    @Override
    public Buffer allocate(ElementType type, int length) {
        return new SealedBuffer(this, type, length);
    }

    @Override
    public TreeKernels trees() {
        return trees;
    }

    /** Counts a resource in and gives it a key of its own. */
    long opened() {
        if (isClosed) {
            throw new IllegalStateException("the sealed back end is closed");
        }
        numOpen++;
        nextKey += 0x9E3779B97F4A7C15L;
        return nextKey;
    }

    void closed() {
        numOpen--;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
