package org.sparkmlext.kernels.sealed;

import java.util.Objects;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramPool;

/** Histograms, one sealed long a sum. */
final class SealedHistogramPool implements HistogramPool {

    final SealedMemory memory;
    private final BinLayout layout;
    private final int numSlots;
    private final boolean hasCounts;

    SealedHistogramPool(SealedBackend owner, BinLayout layout, int numSlots, boolean hasCounts) {
        this.layout = layout;
        this.numSlots = numSlots;
        this.hasCounts = hasCounts;
        memory = new SealedMemory(owner, "histograms", (long) numSlots * slotLength());
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

    long[] get(int slot) {
        long[] values = new long[slotLength()];
        copyOut(slot, values, 0);
        return values;
    }

    @Override
    public void copyOut(int slot, long[] target, int targetFrom) {
        int from = Objects.checkIndex(slot, numSlots) * slotLength();
        Objects.checkFromIndexSize(targetFrom, slotLength(), target.length);
        for (int i = 0; i < slotLength(); i++) {
            target[targetFrom + i] = memory.get(from + i);
        }
    }

    @Override
    public void copyIn(int slot, long[] source, int sourceFrom) {
        int to = Objects.checkIndex(slot, numSlots) * slotLength();
        Objects.checkFromIndexSize(sourceFrom, slotLength(), source.length);
        for (int i = 0; i < slotLength(); i++) {
            memory.set(to + i, source[sourceFrom + i]);
        }
    }

    @Override
    public void markOccupied(int slot, long[] bits) {
        long[] values = get(slot);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                int bin = i / cellWidth();
                bits[bin / 64] |= 1L << (bin % 64);
            }
        }
    }

    @Override
    public void copyOut(int slot, int[] bins, long[] target, int targetFrom) {
        long[] values = get(slot);
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(values, bins[i] * cellWidth(), target, targetFrom + i * cellWidth(), cellWidth());
        }
    }

    @Override
    public void copyIn(int slot, int[] bins, long[] source, int sourceFrom) {
        Objects.checkFromIndexSize(sourceFrom, bins.length * cellWidth(), source.length);
        long[] values = new long[slotLength()];
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(source, sourceFrom + i * cellWidth(), values, bins[i] * cellWidth(), cellWidth());
        }
        copyIn(slot, values, 0);
    }

    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return memory.toString();
    }
}
