package org.sparkmlext.kernels.cpu;

/**
 * Sums of full width, with the number of rows: two 64-bit adds a cell.
 *
 * <p>The first long of a cell is the gradient sum. The second holds the hessian sum in its lower 46 bits, which 65535
 * values of at most 2^30 do not fill, and above them the number of rows, at most 65535.
 */
final class WideScratch extends HistogramScratch {

    private static final int COUNT_SHIFT = 46;
    private static final long HESSIAN_MASK = (1L << COUNT_SHIFT) - 1;

    private final boolean isCoarse;
    private final long[][] cells;
    private final long[] gradients = new long[BLOCK_ROWS];
    private final long[] hessians = new long[BLOCK_ROWS];

    WideScratch(int words, boolean isCoarse) {
        this.isCoarse = isCoarse;
        cells = new long[words][2 * CpuByteRows.WORD_FEATURES * CELLS];
    }

    @Override
    boolean isCoarse() {
        return isCoarse;
    }

    @Override
    void loadGradients(long[] values, int from, int count) {
        for (int i = 0; i < count; i++) {
            long value = values[from + i];
            gradients[i] = value >> 32;
            hessians[i] = ((int) value > 0 ? 1L << COUNT_SHIFT : 0) + (value & 0xFFFFFFFFL);
        }
    }

    @Override
    void loadEntries(long[] entries, int from, int count) {
        for (int i = 0; i < count; i++) {
            long entry = entries[from + i];
            gradients[i] = RowEntry.gradient(entry);
            hessians[i] = (RowEntry.count(entry) << COUNT_SHIFT) + RowEntry.hessian(entry);
        }
    }

    @Override
    void add(int word, long[] bins, int from, int stride, int count, boolean isHalf) {
        ADDER.addPairs(cells[word], gradients, hessians, bins, from, stride, count, false);
        if (!isHalf) {
            ADDER.addPairs(cells[word], gradients, hessians, bins, from, stride, count, true);
        }
    }

    @Override
    void move(int word, int featureOfWord, int numBins, long[] slot, int slotFrom, int cellWidth, boolean isFirst) {
        long[] h = cells[word];
        int from = featureOfWord * 2 * CELLS;
        for (int b = 0, to = slotFrom, at = from; b < numBins; b++, to += cellWidth, at += 2) {
            long g = h[at];
            long s = h[at + 1];
            h[at] = 0;
            h[at + 1] = 0;
            slot[to] = (isFirst ? 0 : slot[to]) + g;
            slot[to + 1] = (isFirst ? 0 : slot[to + 1]) + (s & HESSIAN_MASK);
            if (cellWidth == 3) {
                slot[to + 2] = (isFirst ? 0 : slot[to + 2]) + (s >>> COUNT_SHIFT);
            }
        }
    }

    @Override
    void clearFirstBin(int word, int featureOfWord) {
        cells[word][featureOfWord * 2 * CELLS] = 0;
        cells[word][featureOfWord * 2 * CELLS + 1] = 0;
    }
}
