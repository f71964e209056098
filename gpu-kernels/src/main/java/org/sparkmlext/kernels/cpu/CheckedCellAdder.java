package org.sparkmlext.kernels.cpu;

import static org.sparkmlext.kernels.cpu.HistogramScratch.CELLS;

/** Plain Java. The JVM checks every index: four of some ten instructions an add. */
final class CheckedCellAdder implements CellAdder {

    @Override
    public void addEight(long[] cells, long[] values, long[] bins, int from, int stride, int count) {
        for (int i = 0, at = from; i < count; i++, at += stride) {
            long w = bins[at];
            long v = values[i];
            cells[(int) (w & 255)] += v;
            cells[CELLS + (int) ((w >>> 8) & 255)] += v;
            cells[2 * CELLS + (int) ((w >>> 16) & 255)] += v;
            cells[3 * CELLS + (int) ((w >>> 24) & 255)] += v;
            cells[4 * CELLS + (int) ((w >>> 32) & 255)] += v;
            cells[5 * CELLS + (int) ((w >>> 40) & 255)] += v;
            cells[6 * CELLS + (int) ((w >>> 48) & 255)] += v;
            cells[7 * CELLS + (int) (w >>> 56)] += v;
        }
    }

    @Override
    public void addFour(long[] cells, long[] values, long[] bins, int from, int stride, int count) {
        for (int i = 0, at = from; i < count; i++, at += stride) {
            long w = bins[at];
            long v = values[i];
            cells[(int) (w & 255)] += v;
            cells[CELLS + (int) ((w >>> 8) & 255)] += v;
            cells[2 * CELLS + (int) ((w >>> 16) & 255)] += v;
            cells[3 * CELLS + (int) ((w >>> 24) & 255)] += v;
        }
    }

    @Override
    public void addPairs(
            long[] cells,
            long[] firsts,
            long[] seconds,
            long[] bins,
            int from,
            int stride,
            int count,
            boolean isUpper) {
        int shift = isUpper ? Integer.SIZE : 0;
        int base = isUpper ? 8 * CELLS : 0;
        for (int i = 0, at = from; i < count; i++, at += stride) {
            int w = (int) (bins[at] >>> shift);
            long first = firsts[i];
            long second = seconds[i];
            int a = base + 2 * (w & 255);
            cells[a] += first;
            cells[a + 1] += second;
            int b = base + 2 * CELLS + 2 * ((w >>> 8) & 255);
            cells[b] += first;
            cells[b + 1] += second;
            int c = base + 4 * CELLS + 2 * ((w >>> 16) & 255);
            cells[c] += first;
            cells[c + 1] += second;
            int d = base + 6 * CELLS + 2 * (w >>> 24);
            cells[d] += first;
            cells[d + 1] += second;
        }
    }
}
