package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * One thread's way to the histogram of a node of few stored bins: they are collected, sorted and summed up one bin after
 * another. Adding them to an array of all bins would be a cache miss each, and finding them there another.
 */
final class SortedSums {

    /** Bits of a pass of the sort: its counts stay in the first-level cache. */
    private static final int DIGIT_BITS = 11;

    private static final int DIGITS = 1 << DIGIT_BITS;

    private final boolean isCoarse;
    private final int numPasses;
    private final int[][] counts;

    /** Of each row taken: gradient, hessian and, where it is asked for, count. */
    private long[] gradients = new long[0];

    private long[] hessians = new long[0];
    private long[] numbers = new long[0];
    private int[] firsts = new int[0];
    private int numRows;
    /** Takes what {@link #touch} read, so that the compiler keeps the reads. */
    private long touched;

    /** For each stored bin the bin above the number of its row among those taken. */
    private long[] keys = new long[0];

    private long[] otherKeys = new long[0];
    private int numKeys;

    SortedSums(BinLayout layout, boolean isCoarse) {
        this.isCoarse = isCoarse;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(layout.totalBins());
        numPasses = Math.max(1, (bits + DIGIT_BITS - 1) / DIGIT_BITS);
        counts = new int[numPasses][DIGITS];
    }

    /** The histogram of the rows at positions {@code [begin, end)}. Coarse sums only; no more rows than a packed sum holds. */
    PackedHistogram sumPacked(CpuSparseRows rows, long[] allGradients, long[] entries, int begin, int end) {
        takeRows(rows, allGradients, entries, begin, end);
        sort();
        long g = 0;
        long h = 0;
        for (int i = 0; i < numRows; i++) {
            g += gradients[i];
            h += hessians[i];
            gradients[i] = (gradients[i] << 32) + hessians[i];
        }
        int[] bins = new int[numKeys];
        long[] cells = new long[numKeys];
        int size = sumRuns(keys, numKeys, gradients, bins, cells);
        return new PackedHistogram(Arrays.copyOf(bins, size), Arrays.copyOf(cells, size), rows.absentBins())
                .withSums(g, h, numKeys);
    }

    /** Sums up the values of the rows of each bin; returns how many bins there are. */
    private static int sumRuns(long[] keys, int numKeys, long[] values, int[] bins, long[] cells) {
        int size = -1;
        int last = -1;
        for (int k = 0; k < numKeys; k++) {
            int bin = (int) (keys[k] >>> Integer.SIZE);
            // No branch: whether two rows share a bin is a coin toss.
            size += bin != last ? 1 : 0;
            bins[size] = bin;
            cells[size] += values[(int) keys[k]];
            last = bin;
        }
        return size + 1;
    }

    /** The histogram of the rows at positions {@code [begin, end)}, every feature's absent bin included. */
    CompactHistogram sum(CpuSparseRows rows, long[] allGradients, long[] entries, int begin, int end, int cellWidth) {
        takeRows(rows, allGradients, entries, begin, end);
        sort();
        return sums(rows, cellWidth);
    }

    private void takeRows(CpuSparseRows rows, long[] allGradients, long[] entries, int begin, int end) {
        reserveRows(end - begin);
        touch(rows.rowStarts(), rows.stored(), entries, begin, end);
        numRows = 0;
        numKeys = 0;
        for (int i = begin; i < end; i++) {
            long entry = entries[i];
            int row = RowEntry.row(entry);
            if (isCoarse) {
                gradients[numRows] = RowEntry.gradient(entry);
                hessians[numRows] = RowEntry.hessian(entry);
                numbers[numRows] = RowEntry.count(entry);
            } else {
                long value = allGradients[row];
                gradients[numRows] = value >> 32;
                hessians[numRows] = value & 0xFFFFFFFFL;
                numbers[numRows] = hessians[numRows] > 0 ? 1 : 0;
            }
            if ((gradients[numRows] | hessians[numRows] | numbers[numRows]) != 0) {
                takeKeys(rows.stored(), rows.rowStarts()[row], rows.rowStarts()[row + 1]);
                numRows++;
            }
        }
    }

    /**
     * Brings the rows' bins into the cache: two short loops that do nothing else, so that many misses are under way at once.
     */
    private void touch(int[] starts, int[] stored, long[] entries, int begin, int end) {
        int[] first = firsts;
        int count = end - begin;
        for (int i = 0; i < count; i++) {
            first[i] = starts[RowEntry.row(entries[begin + i])];
        }
        if (stored.length == 0) {
            return;
        }
        int last = stored.length - 1;
        long sum = 0;
        for (int i = 0; i < count; i++) {
            // A row of 16 bins more is two cache lines; the rest comes by the prefetcher.
            sum += stored[Math.min(last, first[i])] ^ stored[Math.min(last, first[i] + 16)];
        }
        touched += sum;
    }

    private void reserveRows(int count) {
        if (gradients.length < count) {
            int length = Math.max(count, 2 * gradients.length);
            gradients = new long[length];
            hessians = new long[length];
            numbers = new long[length];
            firsts = new int[length];
        }
    }

    private void takeKeys(int[] stored, int from, int to) {
        if (keys.length - numKeys < to - from) {
            keys = Arrays.copyOf(keys, Math.max(numKeys + to - from, 2 * keys.length));
        }
        long[] target = keys;
        int at = numKeys;
        long number = numRows;
        for (int k = from; k < to; k++) {
            target[at++] = (long) stored[k] << Integer.SIZE | number;
        }
        numKeys = at;
    }

    /** Sorts the keys by bin, digit by digit from the lowest. */
    private void sort() {
        if (otherKeys.length < numKeys) {
            otherKeys = new long[keys.length];
        }
        for (int[] ofPass : counts) {
            Arrays.fill(ofPass, 0);
        }
        for (int pass = 0; pass < numPasses; pass++) {
            count(keys, numKeys, Integer.SIZE + pass * DIGIT_BITS, counts[pass]);
        }
        for (int pass = 0; pass < numPasses; pass++) {
            move(keys, otherKeys, numKeys, Integer.SIZE + pass * DIGIT_BITS, counts[pass]);
            long[] moved = otherKeys;
            otherKeys = keys;
            keys = moved;
        }
    }

    private static void count(long[] keys, int numKeys, int shift, int[] counts) {
        for (int i = 0; i < numKeys; i++) {
            counts[(int) (keys[i] >>> shift) & (DIGITS - 1)]++;
        }
    }

    private static void move(long[] from, long[] to, int numKeys, int shift, int[] counts) {
        int place = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            int count = counts[digit];
            counts[digit] = place;
            place += count;
        }
        for (int i = 0; i < numKeys; i++) {
            long key = from[i];
            to[counts[(int) (key >>> shift) & (DIGITS - 1)]++] = key;
        }
    }

    private CompactHistogram sums(CpuSparseRows rows, int cellWidth) {
        BinLayout layout = rows.layout();
        int numFeatures = layout.numFeatures();
        int[] bins = new int[numKeys + numFeatures];
        long[] cells = new long[cellWidth * bins.length];
        long allGradients = 0;
        long allHessians = 0;
        long allNumbers = 0;
        for (int i = 0; i < numRows; i++) {
            allGradients += gradients[i];
            allHessians += hessians[i];
            allNumbers += numbers[i];
        }
        int size = 0;
        int k = 0;
        for (int f = 0; f < numFeatures; f++) {
            int end = layout.offset(f + 1);
            int absent = layout.offset(f) + rows.absentBin(f);
            int absentAt = -1;
            long restGradient = allGradients;
            long restHessian = allHessians;
            long restNumber = allNumbers;
            while (k < numKeys && (int) (keys[k] >>> Integer.SIZE) < end) {
                int bin = (int) (keys[k] >>> Integer.SIZE);
                if (absentAt < 0 && bin > absent) {
                    absentAt = size++;
                }
                long g = 0;
                long h = 0;
                long n = 0;
                for (; k < numKeys && (int) (keys[k] >>> Integer.SIZE) == bin; k++) {
                    int row = (int) keys[k];
                    g += gradients[row];
                    h += hessians[row];
                    n += numbers[row];
                }
                restGradient -= g;
                restHessian -= h;
                restNumber -= n;
                bins[size] = bin;
                put(cells, size++ * cellWidth, cellWidth, g, h, n);
            }
            absentAt = absentAt < 0 ? size++ : absentAt;
            bins[absentAt] = absent;
            put(cells, absentAt * cellWidth, cellWidth, restGradient, restHessian, restNumber);
        }
        return new CompactHistogram(Arrays.copyOf(bins, size), Arrays.copyOf(cells, size * cellWidth), size, numKeys);
    }

    private static void put(long[] cells, int cell, int cellWidth, long g, long h, long n) {
        cells[cell] = g;
        cells[cell + 1] = h;
        if (cellWidth == 3) {
            cells[cell + 2] = n;
        }
    }
}
