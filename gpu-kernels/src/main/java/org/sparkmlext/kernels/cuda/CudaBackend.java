package org.sparkmlext.kernels.cuda;

import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.cuda.graph.CudaGraphKernels;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.tree.TreeKernels;

/** A GPU as a device. */
final class CudaBackend implements Backend {

    static final String NAME = "cuda";

    private final CudaDevice device;
    private final CudaTreeKernels trees;
    private final CudaGraphKernels graphs;

    /** @param driver is closed with this */
    CudaBackend(OpenDevice driver) {
        device = new CudaDevice(driver);
        trees = new CudaTreeKernels(device);
        graphs = new CudaGraphKernels(device);
    }

    CudaDevice device() {
        return device;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        String libraries = device.products();
        return NAME + ": " + device.facts().describe() + (libraries.isEmpty() ? "" : "; products by " + libraries);
    }

    @Override
    public Buffer allocate(ElementType type, int length) {
        return device.allocate(type, length);
    }

    @Override
    public TreeKernels trees() {
        return trees;
    }

    @Override
    public GraphKernels graphs() {
        device.requireOpen();
        return graphs;
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public String toString() {
        return description();
    }
}
