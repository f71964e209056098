package org.sparkmlext.kernels.cpu;

import java.util.Objects;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramPool;

/** Histograms as one long array a slot. */
final class CpuHistogramPool extends CpuResource implements HistogramPool {

    private final BinLayout layout;
    private final boolean hasCounts;
    private long[][] slots;

    CpuHistogramPool(CpuBackend owner, BinLayout layout, int numSlots, boolean hasCounts) {
        super(owner);
        this.layout = layout;
        this.hasCounts = hasCounts;
        slots = new long[numSlots][slotLength()];
    }

    static long sizeBytes(BinLayout layout, int numSlots, boolean hasCounts) {
        return (long) numSlots * layout.totalBins() * (hasCounts ? 3 : 2) * Long.BYTES;
    }

    /** The longs of a slot, laid out as {@link #copyOut} gives them. */
    long[] slot(int slot) {
        requireOpen();
        return slots[Objects.checkIndex(slot, slots.length)];
    }

    @Override
    public BinLayout layout() {
        return layout;
    }

    @Override
    public int numSlots() {
        return slots.length;
    }

    @Override
    public boolean hasCounts() {
        return hasCounts;
    }

    @Override
    public void copyOut(int slot, long[] target, int targetFrom) {
        long[] source = slot(slot);
        Objects.checkFromIndexSize(targetFrom, source.length, target.length);
        System.arraycopy(source, 0, target, targetFrom, source.length);
    }

    @Override
    public void copyIn(int slot, long[] source, int sourceFrom) {
        long[] target = slot(slot);
        Objects.checkFromIndexSize(sourceFrom, target.length, source.length);
        System.arraycopy(source, sourceFrom, target, 0, target.length);
    }

    @Override
    void release() {
        slots = new long[0][];
    }

    @Override
    public String toString() {
        return "cpu pool of " + slots.length + " histograms for " + layout + (hasCounts ? " with counts" : "");
    }
}
