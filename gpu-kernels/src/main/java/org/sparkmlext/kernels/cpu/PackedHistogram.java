package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * A node's histogram of coarse sums over sparse rows, without counts: gradient and hessian in one long a bin, as
 * {@link PackedScratch} has them, of all bins or of those that hold anything. What absent bins hold is not kept: it is what a
 * feature's other bins leave of the node's sums.
 *
 * <p>A search reads every bin of a large node, and 510,000 bins of 16 bytes come from no cache: half the bytes are half the
 * time. Sums fit as long as no feature is stored in more rows than {@link HistogramScratch#MAX_ROWS}.
 */
final class PackedHistogram {

    private static final long HESSIAN_MASK = 0xFFFFFFFFL;

    /** Ascending bins that have a cell; null where all have. */
    final int @Nullable [] bins;
    /** Sums of the bins, {@code (gradient << 32) + hessian}; those of absent bins are 0. */
    final long[] cells;
    /** Per feature its absent bin; the rows' own array. */
    final int[] absentBins;
    /** Sums over the node's rows. */
    long gradient;

    long hessian;
    /** Stored bins of the node's rows: no more cells than these are occupied. */
    long numStored;

    PackedHistogram(int @Nullable [] bins, long[] cells, int[] absentBins) {
        this.bins = bins;
        this.cells = cells;
        this.absentBins = absentBins;
    }

    PackedHistogram withSums(long sumOfGradients, long sumOfHessians, long stored) {
        gradient = sumOfGradients;
        hessian = sumOfHessians;
        numStored = stored;
        return this;
    }

    static long gradient(long cell) {
        return cell >> 32;
    }

    static long hessian(long cell) {
        return cell & HESSIAN_MASK;
    }

    /** Index of the first cell whose bin is not below {@code bin}. */
    int firstFrom(int bin) {
        if (bins == null) {
            return bin;
        }
        int found = Arrays.binarySearch(bins, bin);
        return found >= 0 ? found : -found - 1;
    }

    /** These sums with a cell for every bin. */
    PackedHistogram full(int totalBins) {
        if (bins == null) {
            return this;
        }
        long[] all = new long[totalBins];
        for (int i = 0; i < bins.length; i++) {
            all[bins[i]] = cells[i];
        }
        return new PackedHistogram(null, all, absentBins).withSums(gradient, hessian, numStored);
    }

    /** These sums, all cells of which are kept, with cells for occupied bins only. */
    PackedHistogram compact() {
        int size = 0;
        for (long cell : cells) {
            size += cell != 0 ? 1 : 0;
        }
        int[] occupied = new int[size];
        long[] kept = new long[size];
        int at = 0;
        for (int bin = 0; bin < cells.length; bin++) {
            if (cells[bin] != 0) {
                occupied[at] = bin;
                kept[at++] = cells[bin];
            }
        }
        return new PackedHistogram(occupied, kept, absentBins).withSums(gradient, hessian, numStored);
    }

    /** Subtracts another node's sums from these, all cells of which are kept. */
    void subtract(PackedHistogram other) {
        long[] theirs = other.cells;
        int[] theirBins = other.bins;
        if (theirBins == null) {
            for (int i = 0; i < cells.length; i++) {
                cells[i] -= theirs[i];
            }
        } else {
            for (int i = 0; i < theirBins.length; i++) {
                cells[theirBins[i]] -= theirs[i];
            }
        }
        withSums(gradient - other.gradient, hessian - other.hessian, numStored - other.numStored);
    }

    /** The sums of these less another's, where both keep occupied bins only. */
    PackedHistogram minus(PackedHistogram other, int[] ownBins, int[] theirBins) {
        int[] restBins = new int[ownBins.length + theirBins.length];
        long[] rest = new long[restBins.length];
        int at = 0;
        int i = 0;
        int j = 0;
        while (i < ownBins.length || j < theirBins.length) {
            int own = i < ownBins.length ? ownBins[i] : Integer.MAX_VALUE;
            int their = j < theirBins.length ? theirBins[j] : Integer.MAX_VALUE;
            int bin = Math.min(own, their);
            restBins[at] = bin;
            rest[at] = (own == bin ? cells[i++] : 0) - (their == bin ? other.cells[j++] : 0);
            at += rest[at] != 0 ? 1 : 0;
        }
        return new PackedHistogram(Arrays.copyOf(restBins, at), Arrays.copyOf(rest, at), absentBins)
                .withSums(gradient - other.gradient, hessian - other.hessian, numStored - other.numStored);
    }

    /** Writes all bins' gradient and hessian sums, absent bins among them. */
    void writeTo(long[] dense, BinLayout layout) {
        Arrays.fill(dense, 0);
        for (int i = 0; i < cells.length; i++) {
            int bin = bins == null ? i : bins[i];
            dense[2 * bin] = gradient(cells[i]);
            dense[2 * bin + 1] = hessian(cells[i]);
        }
        for (int f = 0; f < layout.numFeatures(); f++) {
            long restGradient = gradient;
            long restHessian = hessian;
            for (int cell = 2 * layout.offset(f); cell < 2 * layout.offset(f + 1); cell += 2) {
                restGradient -= dense[cell];
                restHessian -= dense[cell + 1];
            }
            int absent = 2 * (layout.offset(f) + absentBins[f]);
            dense[absent] = restGradient;
            dense[absent + 1] = restHessian;
        }
    }

    /** These sums, of occupied bins and of absent ones. */
    CompactHistogram explicit(BinLayout layout) {
        PackedHistogram occupied = bins == null ? compact() : this;
        int[] own = java.util.Objects.requireNonNull(occupied.bins);
        int[] all = new int[own.length + absentBins.length];
        long[] sums = new long[2 * all.length];
        int size = 0;
        int k = 0;
        for (int f = 0; f < absentBins.length; f++) {
            int absent = layout.offset(f) + absentBins[f];
            int absentAt = -1;
            long restGradient = gradient;
            long restHessian = hessian;
            for (; k < own.length && own[k] < layout.offset(f + 1); k++) {
                if (absentAt < 0 && own[k] > absent) {
                    absentAt = size++;
                }
                all[size] = own[k];
                sums[2 * size] = gradient(occupied.cells[k]);
                sums[2 * size + 1] = hessian(occupied.cells[k]);
                restGradient -= sums[2 * size];
                restHessian -= sums[2 * size + 1];
                size++;
            }
            absentAt = absentAt < 0 ? size++ : absentAt;
            all[absentAt] = absent;
            sums[2 * absentAt] = restGradient;
            sums[2 * absentAt + 1] = restHessian;
        }
        return new CompactHistogram(Arrays.copyOf(all, size), Arrays.copyOf(sums, 2 * size), size, numStored);
    }

    @Override
    public String toString() {
        return cells.length + (bins == null ? " packed bins" : " packed bins that hold anything");
    }
}
