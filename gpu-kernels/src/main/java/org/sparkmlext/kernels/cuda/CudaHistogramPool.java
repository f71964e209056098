package org.sparkmlext.kernels.cuda;

import java.util.Objects;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaResource;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramPool;

/** Histograms on a device, slot after slot; all bins of all of them. */
final class CudaHistogramPool extends CudaResource implements HistogramPool {

    private final BinLayout layout;
    private final int numSlots;
    private final boolean hasCounts;
    private final DeviceMemory cells;
    private final DeviceMemory offsets;

    CudaHistogramPool(CudaDevice owner, BinLayout layout, int numSlots, boolean hasCounts) {
        super(owner);
        this.layout = layout;
        this.numSlots = numSlots;
        this.hasCounts = hasCounts;
        long cellsOfSlot = (long) layout.totalBins() * cellWidth();
        if (cellsOfSlot > Integer.MAX_VALUE - 8) {
            throw new KernelException(
                    "cuda: a histogram of " + layout.totalBins() + " bins was asked for, " + cellsOfSlot
                            + " numbers; at most " + (Integer.MAX_VALUE - 8)
                            + " fit. Lower maxBins or the number of features.");
        }
        String what = numSlots + " histograms of " + layout.totalBins() + " bins";
        cells = owner.allocate(cellsOfSlot * numSlots * Long.BYTES, what);
        int[] values = layout.offsets();
        offsets = owner.allocate((long) values.length * Integer.BYTES, what);
        offsets.copyIn(0, values, 0, values.length);
    }

    /** All slots. */
    DeviceMemory cells() {
        return cells;
    }

    /** {@link BinLayout#offsets}. */
    DeviceMemory offsets() {
        return offsets;
    }

    @Override
    public BinLayout layout() {
        return layout;
    }

    @Override
    public int numSlots() {
        return numSlots;
    }

    @Override
    public boolean hasCounts() {
        return hasCounts;
    }

    private long place(int slot) {
        requireOpen();
        return (long) Objects.checkIndex(slot, numSlots) * slotLength() * Long.BYTES;
    }

    @Override
    public void copyOut(int slot, long[] target, int targetFrom) {
        long place = place(slot);
        Objects.checkFromIndexSize(targetFrom, slotLength(), target.length);
        cells.copyOut(place, target, targetFrom, slotLength());
    }

    @Override
    public void copyIn(int slot, long[] source, int sourceFrom) {
        long place = place(slot);
        Objects.checkFromIndexSize(sourceFrom, slotLength(), source.length);
        cells.copyIn(place, source, sourceFrom, slotLength());
    }

    @Override
    public void markOccupied(int slot, long[] bits) {
        Objects.checkFromIndexSize(0, (layout.totalBins() + 63) / 64, bits.length);
        long[] values = slot(slot);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                int bin = i / cellWidth();
                bits[bin >>> 6] |= 1L << bin;
            }
        }
    }

    @Override
    public void copyOut(int slot, int[] bins, long[] target, int targetFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(targetFrom, bins.length * width, target.length);
        layout.requireAscending(bins);
        long[] values = slot(slot);
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(values, bins[i] * width, target, targetFrom + i * width, width);
        }
    }

    @Override
    public void copyIn(int slot, int[] bins, long[] source, int sourceFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(sourceFrom, bins.length * width, source.length);
        layout.requireAscending(bins);
        long[] values = new long[slotLength()];
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(source, sourceFrom + i * width, values, bins[i] * width, width);
        }
        copyIn(slot, values, 0);
    }

    private long[] slot(int slot) {
        long[] values = new long[slotLength()];
        copyOut(slot, values, 0);
        return values;
    }

    @Override
    protected void release() {
        owner().free(cells);
        owner().free(offsets);
    }

    @Override
    public String toString() {
        return "cuda pool of " + numSlots + " histograms for " + layout + (hasCounts ? " with counts" : "");
    }
}
