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
    public void markOccupied(int slot, long[] bits) {
        long[] source = slot(slot);
        for (int bin = 0, cell = 0; bin < layout.totalBins(); bin++, cell += cellWidth()) {
            long any = source[cell] | source[cell + 1] | (hasCounts ? source[cell + 2] : 0);
            bits[bin >>> 6] |= any != 0 ? 1L << bin : 0;
        }
    }

    @Override
    public void copyOut(int slot, int[] bins, long[] target, int targetFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(targetFrom, bins.length * width, target.length);
        long[] source = slot(slot);
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(source, bins[i] * width, target, targetFrom + i * width, width);
        }
    }

    @Override
    public void copyIn(int slot, int[] bins, long[] source, int sourceFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(sourceFrom, bins.length * width, source.length);
        long[] target = slot(slot);
        java.util.Arrays.fill(target, 0);
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(source, sourceFrom + i * width, target, bins[i] * width, width);
        }
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
