package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * One thread's private sums over the stored bins of some rows, and over the rows themselves: what absent bins hold is the
 * difference.
 *
 * <p>Sums are narrow and must be moved out after at most {@link #MAX_ROWS} rows: packed ones have the gradient sum above the
 * hessian sum in one long (see {@link PackedScratch}), wide ones two longs (see {@link WideScratch}).
 */
final class SparseScratch {

    /** Rows until the narrowest sum could overflow. */
    static final int MAX_ROWS = HistogramScratch.MAX_ROWS;

    private static final int COUNT_SHIFT = 46;
    private static final long HESSIAN_MASK = (1L << COUNT_SHIFT) - 1;

    private final BinLayout layout;
    private final boolean isPacked;
    private final boolean isCoarse;
    private final long[] cells;
    /** One bit a bin: whether it was added to, as far as {@link #add} was asked to tell. */
    private final long[] touched;

    private long gradient;
    private long hessian;
    private long count;
    private long numStored;

    SparseScratch(BinLayout layout, boolean isCoarse, boolean withCounts) {
        this.layout = layout;
        this.isCoarse = isCoarse;
        isPacked = isCoarse && !withCounts;
        cells = new long[isPacked ? layout.totalBins() : 2 * layout.totalBins()];
        touched = new long[(layout.totalBins() + 63) / 64];
    }

    static long sizeBytes(BinLayout layout, boolean isCoarse, boolean withCounts) {
        return (isCoarse && !withCounts ? 8L : 16L) * layout.totalBins() + layout.totalBins() / 8;
    }

    boolean fits(BinLayout other, boolean coarse, boolean withCounts) {
        return isCoarse == coarse && isPacked == (coarse && !withCounts) && layout.equals(other);
    }

    /** Adds the rows at positions {@code [begin, end)}. */
    void add(CpuSparseRows rows, long[] gradients, long[] entries, int begin, int end, boolean isTouchTold) {
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
            if ((g | h | n) == 0) {
                continue;
            }
            gradient += g;
            hessian += h;
            count += n;
            int from = starts[row];
            int to = starts[row + 1];
            numStored += to - from;
            if (!isPacked) {
                addWide(cells, g, (n << COUNT_SHIFT) + h, stored, from, to);
            } else if (!isTouchTold) {
                addPacked(cells, (g << 32) + h, stored, from, to);
            }
            if (isTouchTold) {
                if (isPacked) {
                    addPackedAndTell(cells, touched, (g << 32) + h, stored, from, to);
                } else {
                    tell(touched, stored, from, to);
                }
            }
        }
    }

    private static void addPacked(long[] cells, long value, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            cells[stored[k]] += value;
        }
    }

    private static void addPackedAndTell(long[] cells, long[] touched, long value, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            int bin = stored[k];
            cells[bin] += value;
            touched[bin >>> 6] |= 1L << bin;
        }
    }

    private static void addWide(long[] cells, long g, long s, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            int cell = 2 * stored[k];
            cells[cell] += g;
            cells[cell + 1] += s;
        }
    }

    private static void tell(long[] touched, int[] stored, int from, int to) {
        for (int k = from; k < to; k++) {
            touched[stored[k] >>> 6] |= 1L << stored[k];
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

    /** Moves the sums of bins {@code [begin, end)} to a dense histogram and clears them here. */
    void move(int begin, int end, long[] slot, int cellWidth, boolean isFirst) {
        for (int bin = begin, to = begin * cellWidth; bin < end; bin++, to += cellWidth) {
            long g = gradientOf(bin);
            long h = hessianOf(bin);
            slot[to] = (isFirst ? 0 : slot[to]) + g;
            slot[to + 1] = (isFirst ? 0 : slot[to + 1]) + h;
            if (cellWidth == 3) {
                slot[to + 2] = (isFirst ? 0 : slot[to + 2]) + countOf(bin);
            }
        }
        if (isPacked) {
            Arrays.fill(cells, begin, end, 0);
        } else {
            Arrays.fill(cells, 2 * begin, 2 * end, 0);
        }
    }

    private long gradientOf(int bin) {
        return isPacked ? cells[bin] >> 32 : cells[2 * bin];
    }

    private long hessianOf(int bin) {
        return isPacked ? cells[bin] & 0xFFFFFFFFL : cells[2 * bin + 1] & HESSIAN_MASK;
    }

    private long countOf(int bin) {
        return cells[2 * bin + 1] >>> COUNT_SHIFT;
    }

    /**
     * Moves the sums of the touched bins, and of every feature's absent bin, to a histogram of their own and clears them here.
     *
     * @param absentBits one bit for every feature's absent bin
     */
    CompactHistogram moveTouched(CpuSparseRows rows, long[] absentBits, int cellWidth) {
        int size = 0;
        for (int w = 0; w < touched.length; w++) {
            touched[w] |= absentBits[w];
            size += Long.bitCount(touched[w]);
        }
        int[] bins = new int[size];
        long[] out = new long[size * cellWidth];
        int at = 0;
        for (int w = 0; w < touched.length; w++) {
            for (long bits = touched[w]; bits != 0; bits &= bits - 1) {
                int bin = (w << 6) + Long.numberOfTrailingZeros(bits);
                bins[at] = bin;
                out[at * cellWidth] = gradientOf(bin);
                out[at * cellWidth + 1] = hessianOf(bin);
                if (cellWidth == 3) {
                    out[at * cellWidth + 2] = countOf(bin);
                }
                at++;
                if (isPacked) {
                    cells[bin] = 0;
                } else {
                    cells[2 * bin] = 0;
                    cells[2 * bin + 1] = 0;
                }
            }
            touched[w] = 0;
        }
        long[] totals = new long[4];
        moveTotals(totals);
        int i = 0;
        for (int f = 0; f < layout.numFeatures(); f++) {
            int end = layout.offset(f + 1);
            int absent = layout.offset(f) + rows.absentBin(f);
            int absentAt = -1;
            long g = totals[0];
            long h = totals[1];
            long n = totals[2];
            for (; i < size && bins[i] < end; i++) {
                g -= out[i * cellWidth];
                h -= out[i * cellWidth + 1];
                n -= cellWidth == 3 ? out[i * cellWidth + 2] : 0;
                absentAt = bins[i] == absent ? i : absentAt;
            }
            out[absentAt * cellWidth] = g;
            out[absentAt * cellWidth + 1] = h;
            if (cellWidth == 3) {
                out[absentAt * cellWidth + 2] = n;
            }
        }
        return new CompactHistogram(bins, out, size, totals[3]);
    }
}
