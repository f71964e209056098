package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * One thread's private sums over the stored bins of some rows, and over the rows themselves: what absent bins hold is the
 * difference. For small nodes it has {@link #sorted}.
 *
 * <p>Sums are narrow and must be moved out after at most {@link #MAX_ROWS} rows: packed ones have the gradient sum above the
 * hessian sum in one long (see {@link PackedScratch}), wide ones two longs (see {@link WideScratch}).
 */
final class SparseScratch {

    /** Rows until the narrowest sum could overflow. */
    static final int MAX_ROWS = HistogramScratch.MAX_ROWS;

    private static final int BLOCK_ROWS = HistogramScratch.BLOCK_ROWS;
    private static final int COUNT_SHIFT = 46;
    private static final long HESSIAN_MASK = (1L << COUNT_SHIFT) - 1;

    private final BinLayout layout;
    private final boolean isPacked;
    private final boolean isCoarse;
    private final long[] cells;
    private final SortedSums sorted;

    private final int[] firsts = new int[BLOCK_ROWS];
    /** Takes what {@link #touch} read, so that the compiler keeps the reads. */
    private long touched;

    private long gradient;
    private long hessian;
    private long count;
    private long numStored;

    SparseScratch(BinLayout layout, boolean isCoarse, boolean withCounts) {
        this.layout = layout;
        this.isCoarse = isCoarse;
        isPacked = isCoarse && !withCounts;
        cells = new long[isPacked ? layout.totalBins() : 2 * layout.totalBins()];
        sorted = new SortedSums(layout, isCoarse);
    }

    static long sizeBytes(BinLayout layout, boolean isCoarse, boolean withCounts) {
        return (isCoarse && !withCounts ? 8L : 16L) * layout.totalBins();
    }

    boolean fits(BinLayout other, boolean coarse, boolean withCounts) {
        return isCoarse == coarse && isPacked == (coarse && !withCounts) && layout.equals(other);
    }

    SortedSums sorted() {
        return sorted;
    }

    /** Adds the rows at positions {@code [begin, end)}. */
    void add(CpuSparseRows rows, long[] gradients, long[] entries, int begin, int end) {
        for (int from = begin; from < end; from += BLOCK_ROWS) {
            int to = Math.min(end, from + BLOCK_ROWS);
            touch(rows.rowStarts(), rows.stored(), entries, from, to);
            addBlock(rows, gradients, entries, from, to);
        }
    }

    /** Brings the rows' bins into the cache, see {@link HistogramScratch#addGathered}. */
    private void touch(int[] starts, int[] stored, long[] entries, int begin, int end) {
        int count = end - begin;
        for (int i = 0; i < count; i++) {
            firsts[i] = starts[RowEntry.row(entries[begin + i])];
        }
        int last = stored.length - 1;
        long sum = 0;
        for (int i = 0; i < count && last >= 0; i++) {
            sum += stored[Math.min(last, firsts[i])] ^ stored[Math.min(last, firsts[i] + 16)];
        }
        touched += sum;
    }

    private void addBlock(CpuSparseRows rows, long[] gradients, long[] entries, int begin, int end) {
        int[] starts = rows.rowStarts();
        int[] stored = rows.stored();
        for (int i = begin; i < end; i++) {
            long entry = entries[i];
            int row = RowEntry.row(entry);
            long g;
            long h;
            long n;
            if (isCoarse) {
                g = RowEntry.gradient(entry);
                h = RowEntry.hessian(entry);
                n = RowEntry.count(entry);
            } else {
                long value = gradients[row];
                g = value >> 32;
                h = value & 0xFFFFFFFFL;
                n = h > 0 ? 1 : 0;
            }
            gradient += g;
            hessian += h;
            count += n;
            int from = starts[row];
            int to = starts[row + 1];
            numStored += to - from;
            if (isPacked) {
                addPacked(cells, (g << 32) + h, stored, from, to);
            } else {
                addWide(cells, g, (n << COUNT_SHIFT) + h, stored, from, to);
            }
        }
    }

    private static void addPacked(long[] cells, long value, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            cells[stored[k]] += value;
        }
    }

    private static void addWide(long[] cells, long g, long s, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            int cell = 2 * stored[k];
            cells[cell] += g;
            cells[cell + 1] += s;
        }
    }

    /** Adds the sums over rows to {@code totals}: gradient, hessian, count, stored bins; and starts them again. */
    void moveTotals(long[] totals) {
        totals[0] += gradient;
        totals[1] += hessian;
        totals[2] += count;
        totals[3] += numStored;
        gradient = 0;
        hessian = 0;
        count = 0;
        numStored = 0;
    }

    /** Moves the sums of bins {@code [begin, end)} to a histogram and clears them here. */
    void move(int begin, int end, long[] slot, int cellWidth, boolean isFirst) {
        if (isFirst) {
            Arrays.fill(slot, begin * cellWidth, end * cellWidth, 0);
        }
        if (isPacked) {
            movePacked(cells, begin, end, slot);
        } else {
            moveWide(cells, begin, end, slot, cellWidth);
        }
    }

    /** Moves packed sums of bins {@code [begin, end)} to a packed histogram and clears them here. */
    void moveTo(PackedHistogram target, int begin, int end, boolean isFirst) {
        if (isFirst) {
            System.arraycopy(cells, begin, target.cells, begin, end - begin);
        } else {
            for (int bin = begin; bin < end; bin++) {
                target.cells[bin] += cells[bin];
            }
        }
        Arrays.fill(cells, begin, end, 0);
    }

    private static void movePacked(long[] cells, int begin, int end, long[] slot) {
        for (int bin = begin, to = 2 * begin; bin < end; bin++, to += 2) {
            long sum = cells[bin];
            slot[to] += sum >> 32;
            slot[to + 1] += sum & 0xFFFFFFFFL;
            cells[bin] = 0;
        }
    }

    private static void moveWide(long[] cells, int begin, int end, long[] slot, int cellWidth) {
        for (int bin = begin, to = begin * cellWidth; bin < end; bin++, to += cellWidth) {
            long s = cells[2 * bin + 1];
            slot[to] += cells[2 * bin];
            slot[to + 1] += s & HESSIAN_MASK;
            if (cellWidth == 3) {
                slot[to + 2] += s >>> COUNT_SHIFT;
            }
            cells[2 * bin] = 0;
            cells[2 * bin + 1] = 0;
        }
    }
}
