package org.sparkmlext.kernels.cpu;

/**
 * Coarse sums, gradient and hessian in one long: one 64-bit add a cell.
 *
 * <p>The lower half holds the hessians: each is at most 2^16 and not negative, so 65535 of them stay below 2^32 and never
 * carry. The upper half holds the gradients: each at most 2^15 in size, so 65535 of them fit 32 bits with sign.
 */
final class PackedScratch extends HistogramScratch {

    private final long[][] cells;
    private final long[] gradients = new long[BLOCK_ROWS];

    PackedScratch(int words) {
        cells = new long[words][CpuByteRows.WORD_FEATURES * CELLS];
    }

    @Override
    boolean isCoarse() {
        return true;
    }

    @Override
    void loadGradients(long[] values, int from, int count) {
        throw new IllegalStateException("packed sums are coarse; gradients of full width need wide ones");
    }

    @Override
    void loadEntries(long[] entries, int from, int count) {
        long[] out = gradients;
        for (int i = 0; i < count; i++) {
            long entry = entries[from + i];
            out[i] = (RowEntry.gradient(entry) << 32) + RowEntry.hessian(entry);
        }
    }

    @Override
    void add(int word, long[] bins, int from, int stride, int count, boolean isHalf) {
        if (isHalf) {
            ADDER.addFour(cells[word], gradients, bins, from, stride, count);
        } else {
            ADDER.addEight(cells[word], gradients, bins, from, stride, count);
        }
    }

    @Override
    void move(int word, int featureOfWord, int numBins, long[] slot, int slotFrom, int cellWidth, boolean isFirst) {
        long[] h = cells[word];
        int from = featureOfWord * CELLS;
        if (isFirst) {
            for (int b = 0, to = slotFrom; b < numBins; b++, to += 2) {
                long sum = h[from + b];
                slot[to] = sum >> 32;
                slot[to + 1] = sum & 0xFFFFFFFFL;
                h[from + b] = 0;
            }
        } else {
            for (int b = 0, to = slotFrom; b < numBins; b++, to += 2) {
                long sum = h[from + b];
                slot[to] += sum >> 32;
                slot[to + 1] += sum & 0xFFFFFFFFL;
                h[from + b] = 0;
            }
        }
    }

    @Override
    void clearFirstBin(int word, int featureOfWord) {
        cells[word][featureOfWord * CELLS] = 0;
    }
}
