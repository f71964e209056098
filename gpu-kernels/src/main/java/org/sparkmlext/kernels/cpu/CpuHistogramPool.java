package org.sparkmlext.kernels.cpu;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramPool;

/**
 * Histograms as one long array a slot, or, where few bins hold anything, as a {@link CompactHistogram}, or, of sparse rows, as a
 * {@link PackedHistogram}. Slots get their arrays when they are first written, and pass them on when they need none.
 */
final class CpuHistogramPool extends CpuResource implements HistogramPool {

    /** Compact are histograms of which at most this part is occupied: 20 bytes a bin there are then no more than 16 here. */
    static final int COMPACT_SHARE = 2;

    /** No {@link #numStored}: above any number, also with a few features added. */
    static final long UNKNOWN = Long.MAX_VALUE / 2;

    private final BinLayout layout;
    private final boolean hasCounts;
    private static final long[] NONE = {};

    /** Per slot its dense sums; {@link #NONE} where it is compact or was never written. */
    private long[][] dense;

    private @Nullable CompactHistogram[] compact;
    private @Nullable PackedHistogram[] packed;
    private long[] numStored;
    /** Arrays that no slot uses; what they hold is undefined. */
    private final Deque<long[]> spare = new ArrayDeque<>();

    CpuHistogramPool(CpuBackend owner, BinLayout layout, int numSlots, boolean hasCounts) {
        super(owner);
        this.layout = layout;
        this.hasCounts = hasCounts;
        dense = new long[numSlots][];
        Arrays.fill(dense, NONE);
        compact = new CompactHistogram[numSlots];
        packed = new PackedHistogram[numSlots];
        numStored = new long[numSlots];
    }

    static long sizeBytes(BinLayout layout, int numSlots, boolean hasCounts) {
        return (long) numSlots * layout.totalBins() * (hasCounts ? 3 : 2) * Long.BYTES;
    }

    /** The longs of a slot, laid out as {@link #copyOut} gives them; a compact slot is written out first. */
    long[] slot(int slot) {
        requireOpen();
        long[] found = dense[Objects.checkIndex(slot, dense.length)];
        if (found == NONE) {
            found = array();
            CompactHistogram sums = compact[slot];
            PackedHistogram packedSums = packed[slot];
            if (packedSums != null) {
                packedSums.writeTo(found, layout);
            } else if (sums != null) {
                sums.writeTo(found, cellWidth());
            } else {
                Arrays.fill(found, 0);
            }
            put(slot, found, packedSums != null ? packedSums.numStored : sums != null ? sums.numStored : UNKNOWN);
        }
        return found;
    }

    /** The longs of a slot that is about to be overwritten as a whole. */
    long[] overwritten(int slot) {
        requireOpen();
        long[] found = dense[Objects.checkIndex(slot, dense.length)];
        if (found == NONE) {
            found = array();
        }
        put(slot, found, UNKNOWN);
        return found;
    }

    private void put(int slot, long[] sums, long stored) {
        compact[slot] = null;
        packed[slot] = null;
        dense[slot] = sums;
        numStored[slot] = stored;
    }

    /** The sums of a compact slot; null for others. */
    @Nullable
    CompactHistogram compact(int slot) {
        requireOpen();
        return compact[Objects.checkIndex(slot, compact.length)];
    }

    /** The sums of a packed slot; null for others. */
    @Nullable
    PackedHistogram packed(int slot) {
        requireOpen();
        return packed[Objects.checkIndex(slot, packed.length)];
    }

    /** Makes a slot packed; from any thread, each slot by one at a time. */
    void put(int slot, PackedHistogram sums) {
        release(slot);
        packed[slot] = sums;
        numStored[slot] = sums.numStored;
    }

    /** The sums of a slot without those of bins that hold nothing, if it is not dense anyway. */
    private @Nullable CompactHistogram explicit(int slot) {
        PackedHistogram sums = packed(slot);
        if (sums != null && sums.bins != null) {
            put(slot, sums.explicit(layout));
        }
        return compact(slot);
    }

    /** Makes a slot compact; from any thread, each slot by one at a time. */
    void put(int slot, CompactHistogram sums) {
        release(slot);
        compact[slot] = sums;
        numStored[slot] = sums.numStored;
    }

    private void release(int slot) {
        requireOpen();
        long[] unused = dense[Objects.checkIndex(slot, dense.length)];
        dense[slot] = NONE;
        compact[slot] = null;
        packed[slot] = null;
        if (unused != NONE) {
            synchronized (spare) {
                spare.push(unused);
            }
        }
    }

    /**
     * Stored bins of the node's rows where they are sparse and that is known, else {@link #UNKNOWN}: no more bins than these and one
     * a feature can hold anything.
     */
    long numStored(int slot) {
        return numStored[slot];
    }

    void numStored(int slot, long stored) {
        numStored[slot] = stored;
    }

    static long difference(long parentStored, long childStored) {
        return parentStored == UNKNOWN || childStored == UNKNOWN ? UNKNOWN : parentStored - childStored;
    }

    private long[] array() {
        synchronized (spare) {
            if (!spare.isEmpty()) {
                return spare.pop();
            }
        }
        int length = slotLength();
        return owner().allocating((long) length * Long.BYTES, "a histogram", () -> new long[length]);
    }

    @Override
    public BinLayout layout() {
        return layout;
    }

    @Override
    public int numSlots() {
        return dense.length;
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
        Objects.checkFromIndexSize(sourceFrom, slotLength(), source.length);
        long[] target = overwritten(slot);
        System.arraycopy(source, sourceFrom, target, 0, target.length);
    }

    @Override
    public void markOccupied(int slot, long[] bits) {
        Objects.checkFromIndexSize(0, (layout.totalBins() + 63) / 64, bits.length);
        CompactHistogram sums = explicit(slot);
        if (sums != null) {
            for (int i = 0; i < sums.size; i++) {
                bits[sums.bins[i] >>> 6] |= 1L << sums.bins[i];
            }
            return;
        }
        long[] source = slot(slot);
        for (int bin = 0, cell = 0; bin < layout.totalBins(); bin++, cell += cellWidth()) {
            bits[bin >>> 6] |= CompactHistogram.isOccupied(source, cell, cellWidth()) ? 1L << bin : 0;
        }
    }

    @Override
    public void copyOut(int slot, int[] bins, long[] target, int targetFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(targetFrom, bins.length * width, target.length);
        layout.requireAscending(bins);
        CompactHistogram sums = explicit(slot);
        if (sums == null) {
            long[] source = slot(slot);
            for (int i = 0; i < bins.length; i++) {
                System.arraycopy(source, bins[i] * width, target, targetFrom + i * width, width);
            }
            return;
        }
        Arrays.fill(target, targetFrom, targetFrom + bins.length * width, 0);
        for (int i = 0, at = 0; i < bins.length; i++) {
            while (at < sums.size && sums.bins[at] < bins[i]) {
                at++;
            }
            if (at < sums.size && sums.bins[at] == bins[i]) {
                System.arraycopy(sums.cells, at * width, target, targetFrom + i * width, width);
            }
        }
    }

    @Override
    public void copyIn(int slot, int[] bins, long[] source, int sourceFrom) {
        int width = cellWidth();
        Objects.checkFromIndexSize(sourceFrom, bins.length * width, source.length);
        layout.requireAscending(bins);
        long[] cells = Arrays.copyOfRange(source, sourceFrom, sourceFrom + bins.length * width);
        put(slot, new CompactHistogram(bins.clone(), cells, bins.length, UNKNOWN));
        if (bins.length > layout.totalBins() / COMPACT_SHARE) {
            slot(slot);
        }
    }

    @Override
    void release() {
        dense = new long[0][];
        compact = new CompactHistogram[0];
        packed = new PackedHistogram[0];
        numStored = new long[0];
        spare.clear();
    }

    @Override
    public String toString() {
        return "cpu pool of " + dense.length + " histograms for " + layout + (hasCounts ? " with counts" : "");
    }
}
