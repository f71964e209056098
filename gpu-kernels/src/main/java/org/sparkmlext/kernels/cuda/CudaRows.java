package org.sparkmlext.kernels.cuda;

import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaResource;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.BinnedRows;

/** Bins on a device, dense or sparse: what every kernel but that of histograms asks of them. */
abstract class CudaRows extends CudaResource implements BinnedRows {

    /** Threads of a block of the kernels that go over rows; the sources have it too. */
    static final int THREADS = 256;

    private final BinLayout layout;
    private final int numRows;
    /** {@link BinLayout#offsets}. */
    private final DeviceMemory offsets;

    CudaRows(CudaDevice owner, BinLayout layout, int numRows) {
        super(owner);
        this.layout = layout;
        this.numRows = numRows;
        int[] values = layout.offsets();
        offsets = owner.allocate((long) values.length * Integer.BYTES, "the layout of bins");
        offsets.copyIn(0, values, 0, values.length);
    }

    @Override
    public final BinLayout layout() {
        return layout;
    }

    @Override
    public final int numRows() {
        return numRows;
    }

    final DeviceMemory offsets() {
        return offsets;
    }

    /** Throws unless all bins are there. */
    void requireComplete() {}

    /** Launches the marks of rows that go left; the arguments are those of {@code mark_left} in {@code rows.cu}. */
    abstract void markLeft(PartitionMarks marks);

    /** Launches the walk of every row through a tree. */
    abstract void addTree(DeviceMemory tree, int numNodes, DeviceMemory scores);

    @Override
    protected void release() {
        owner().free(offsets);
    }
}
