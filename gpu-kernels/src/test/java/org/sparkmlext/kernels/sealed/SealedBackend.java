package org.sparkmlext.kernels.sealed;

import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ReferenceGraphKernels;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * A device in its own memory, for tests; its kernels are the naive references, so use it on small data. Knows how many
 * resources were not closed.
 */
public final class SealedBackend implements Backend {

    private final SealedTreeKernels trees = new SealedTreeKernels(this);
    private final GraphKernels graphs = new ReferenceGraphKernels(this::allocate);
    private long nextKey = System.nanoTime();
    private int numOpen;
    private int steps;
    private int failingStep = Integer.MAX_VALUE;
    private boolean isClosed;

    /** Resources allocated and not yet closed. */
    public int numOpenResources() {
        return numOpen;
    }

    /** Makes one of the allocations and copies to and from buffers fail, counted from 1. */
    public SealedBackend failingAt(int step) {
        failingStep = step;
        return this;
    }

    void step() {
        if (++steps == failingStep) {
            throw new KernelException("the sealed back end was told to fail in step " + steps);
        }
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

    @Override
    public GraphKernels graphs() {
        return graphs;
    }

    /** Counts a resource in and gives it a key of its own. */
    long opened() {
        if (isClosed) {
            throw new IllegalStateException("the sealed back end is closed");
        }
        step();
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
