package org.sparkmlext.kernels.cpu;

import java.util.Arrays;

/**
 * A histogram of which only the bins are kept that hold anything: what a node of few rows of a sparse table has. Never
 * changed once it is in a pool.
 */
final class CompactHistogram {

    /** The bins, ascending, as indices into the layout; as many as {@link #size}. */
    final int[] bins;
    /** The cells of those bins, one after another, as wide as the pool's. */
    final long[] cells;

    final int size;
    /** Stored bins of the node's rows, see {@link CpuHistogramPool#numStored}. */
    final long numStored;

    CompactHistogram(int[] bins, long[] cells, int size, long numStored) {
        this.bins = bins;
        this.cells = cells;
        this.size = size;
        this.numStored = numStored;
    }

    /** The occupied bins of a dense histogram. */
    static CompactHistogram of(long[] dense, int cellWidth, long numStored) {
        int totalBins = dense.length / cellWidth;
        int size = 0;
        for (int bin = 0; bin < totalBins; bin++) {
            size += isOccupied(dense, bin * cellWidth, cellWidth) ? 1 : 0;
        }
        int[] bins = new int[size];
        long[] cells = new long[size * cellWidth];
        int at = 0;
        for (int bin = 0; bin < totalBins; bin++) {
            if (isOccupied(dense, bin * cellWidth, cellWidth)) {
                System.arraycopy(dense, bin * cellWidth, cells, at * cellWidth, cellWidth);
                bins[at++] = bin;
            }
        }
        return new CompactHistogram(bins, cells, size, numStored);
    }

    static boolean isOccupied(long[] cells, int cell, int cellWidth) {
        return (cells[cell] | cells[cell + 1] | (cellWidth == 3 ? cells[cell + 2] : 0)) != 0;
    }

    /** Index of the first bin that is not below {@code bin}. */
    int firstFrom(int bin) {
        int found = Arrays.binarySearch(bins, 0, size, bin);
        return found >= 0 ? found : -found - 1;
    }

    void writeTo(long[] dense, int cellWidth) {
        Arrays.fill(dense, 0);
        for (int i = 0; i < size; i++) {
            System.arraycopy(cells, i * cellWidth, dense, bins[i] * cellWidth, cellWidth);
        }
    }

    /** Subtracts these sums from a dense histogram. */
    void subtractFrom(long[] dense, int cellWidth) {
        if (cellWidth == 2) {
            for (int i = 0; i < size; i++) {
                int cell = 2 * bins[i];
                dense[cell] -= cells[2 * i];
                dense[cell + 1] -= cells[2 * i + 1];
            }
            return;
        }
        for (int i = 0; i < size; i++) {
            int cell = 3 * bins[i];
            dense[cell] -= cells[3 * i];
            dense[cell + 1] -= cells[3 * i + 1];
            dense[cell + 2] -= cells[3 * i + 2];
        }
    }

    /** These sums less those of another, bins that hold nothing any more left out. */
    CompactHistogram minus(CompactHistogram other, int cellWidth) {
        int[] restBins = new int[size + other.size];
        long[] rest = new long[(size + other.size) * cellWidth];
        int at = 0;
        int i = 0;
        int j = 0;
        while (i < size || j < other.size) {
            int bin = Math.min(
                    i < size ? bins[i] : Integer.MAX_VALUE, j < other.size ? other.bins[j] : Integer.MAX_VALUE);
            boolean isHere = i < size && bins[i] == bin;
            boolean isThere = j < other.size && other.bins[j] == bin;
            for (int k = 0; k < cellWidth; k++) {
                rest[at * cellWidth + k] =
                        (isHere ? cells[i * cellWidth + k] : 0) - (isThere ? other.cells[j * cellWidth + k] : 0);
            }
            restBins[at] = bin;
            at += isOccupied(rest, at * cellWidth, cellWidth) ? 1 : 0;
            i += isHere ? 1 : 0;
            j += isThere ? 1 : 0;
        }
        return new CompactHistogram(
                Arrays.copyOf(restBins, at),
                Arrays.copyOf(rest, at * cellWidth),
                at,
                CpuHistogramPool.difference(numStored, other.numStored));
    }

    @Override
    public String toString() {
        return size + " bins";
    }
}
