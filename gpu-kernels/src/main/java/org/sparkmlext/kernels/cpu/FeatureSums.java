package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;

/**
 * Reads a node's histogram, whichever of its three forms it has, feature by feature: sums of the values up to each bin, of the
 * missing ones, and of the node. Used again for node after node; feed features in ascending order.
 */
final class FeatureSums {

    /** The node's sums: all cells, or, where {@link #compact} is not null, those of its bins. */
    private long[] histogram = new long[0];

    private @Nullable CompactHistogram compact;
    private @Nullable PackedHistogram packed;
    /** Where the reading stands among the bins of a compact or packed histogram. */
    private int cursor;

    private int cellWidth;
    private BinLayout layout = new BinLayout(new int[0]);
    private double gradientUnit;
    private double hessianUnit;

    long totalGradient;
    long totalHessian;
    long totalCount;

    /** Bins of the feature at hand that are looked at, ascending; the missing bin not among them. */
    int[] bins = new int[0];
    /** All bins, as many as {@link #bins} has room for. */
    private int[] allBins = new int[0];

    private int[] occupiedBins = new int[0];

    /**
     * Whether all sums are below 2^53: then doubles hold them, and their differences, exactly, and the units are powers of
     * two.
     */
    boolean isExactInDoubles;
    /** Sums of the values up to each of the bins, missing values not among them, in real units; where they are exact. */
    double[] gradientSums = new double[0];

    double[] hessianSums = new double[0];
    /** The same in integers; where doubles are not exact. */
    private long[] gradients = new long[0];

    private long[] hessians = new long[0];
    /** Rows up to each of the bins; 0 where the histogram does not count them. */
    long[] counts = new long[0];

    long missingGradient;
    long missingHessian;
    long missingCount;

    /**
     * Starts on a node.
     *
     * @param anyFeature a feature whose bins add up to the node's sums, as those of every feature do
     */
    void start(CpuHistogramPool pool, int slot, int anyFeature, GradientScale scale) {
        packed = pool.packed(slot);
        compact = pool.compact(slot);
        histogram = packed != null ? packed.cells : compact != null ? compact.cells : pool.slot(slot);
        cellWidth = pool.cellWidth();
        layout = pool.layout();
        gradientUnit = scale.histogramGradientUnit();
        hessianUnit = scale.histogramHessianUnit();
        // Coarse values are at most 2^16 in size.
        isExactInDoubles = scale.precision() == GradientScale.Precision.COARSE;
        cursor = place(layout.offset(anyFeature));
        takeTotals(layout.offset(anyFeature + 1));
    }

    int numValueBins(int feature) {
        return layout.numValueBins(feature);
    }

    /** The integer gradient sum up to the bin at an index of {@link #bins}. */
    long gradient(int i) {
        return isExactInDoubles ? (long) (gradientSums[i] / gradientUnit) : gradients[i];
    }

    /** As {@link #gradient}. */
    long hessian(int i) {
        return isExactInDoubles ? (long) (hessianSums[i] / hessianUnit) : hessians[i];
    }

    /** Sums up the bins of a feature; returns how many of {@link #bins} are to be looked at. */
    int take(int feature) {
        int numValueBins = layout.numValueBins(feature);
        reserve(numValueBins);
        return accumulateBins(feature, numValueBins);
    }

    private void reserve(int numBins) {
        if (allBins.length >= numBins) {
            return;
        }
        int length = Math.max(BinLayout.MAX_BYTE_VALUE_BINS, numBins);
        allBins = new int[length];
        Arrays.setAll(allBins, i -> i);
        // One more: the first bin is looked at even where it holds nothing.
        occupiedBins = new int[length + 1];
        gradientSums = new double[length + 1];
        hessianSums = new double[length + 1];
        gradients = new long[length + 1];
        hessians = new long[length + 1];
        counts = new long[length + 1];
    }

    /** Where the cell of a bin, or of the next one that has a cell, stands in {@link #histogram}. */
    private int place(int bin) {
        return packed != null ? packed.firstFrom(bin) : compact != null ? compact.firstFrom(bin) : bin;
    }

    /** The node's sums: those of a packed histogram, else of the feature whose cells begin at the cursor. */
    private void takeTotals(int endBin) {
        if (packed != null) {
            totalGradient = packed.gradient;
            totalHessian = packed.hessian;
            totalCount = 0;
            return;
        }
        long g = 0;
        long h = 0;
        long n = 0;
        int end = place(endBin) * cellWidth;
        for (int cell = cursor * cellWidth; cell < end; cell += cellWidth) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += cellWidth == 3 ? histogram[cell + 2] : 0;
        }
        totalGradient = g;
        totalHessian = h;
        totalCount = n;
    }

    private int accumulateBins(int feature, int numValueBins) {
        if (packed != null) {
            return packed.bins == null
                    ? accumulate(packed, feature, numValueBins)
                    : accumulate(packed, packed.bins, feature, numValueBins);
        }
        return compact != null ? accumulate(compact, feature, numValueBins) : accumulate(feature, numValueBins);
    }

    /** Sums up all bins of a packed histogram; returns how many. */
    private int accumulate(PackedHistogram sums, int feature, int numValueBins) {
        bins = allBins;
        int offset = layout.offset(feature);
        int absent = sums.absentBins[feature];
        long all = 0;
        for (int cell = offset; cell <= offset + numValueBins; cell++) {
            all += histogram[cell];
        }
        long absentGradient = totalGradient - PackedHistogram.gradient(all);
        long absentHessian = totalHessian - PackedHistogram.hessian(all);
        takeMissing(absent == numValueBins, absentGradient, absentHessian, histogram[offset + numValueBins]);
        int middle = Math.min(absent, numValueBins);
        long sum = accumulatePacked(0, offset, 0, middle, 0, 0);
        accumulatePacked(sum, offset, middle, numValueBins, absentGradient, absentHessian);
        return numValueBins;
    }

    private void takeMissing(boolean isAbsent, long absentGradient, long absentHessian, long cell) {
        missingGradient = isAbsent ? absentGradient : PackedHistogram.gradient(cell);
        missingHessian = isAbsent ? absentHessian : PackedHistogram.hessian(cell);
        missingCount = 0;
    }

    /** Sums up bins {@code [begin, end)}, of which the absent one may be one before; returns the packed sum so far. */
    private long accumulatePacked(long start, int offset, int begin, int end, long absentGradient, long absentHessian) {
        long[] cells = histogram;
        long sum = start;
        for (int bin = begin; bin < end; bin++) {
            sum += cells[offset + bin];
            gradientSums[bin] = (absentGradient + PackedHistogram.gradient(sum)) * gradientUnit;
            hessianSums[bin] = (absentHessian + PackedHistogram.hessian(sum)) * hessianUnit;
        }
        return sum;
    }

    /** Sums up the bins of a packed histogram that hold anything, and the absent one; returns how many. */
    private int accumulate(PackedHistogram sums, int[] occupied, int feature, int numValueBins) {
        bins = occupiedBins;
        int offset = layout.offset(feature);
        int absent = offset + sums.absentBins[feature];
        int missing = offset + numValueBins;
        while (cursor < occupied.length && occupied[cursor] < offset) {
            cursor++;
        }
        int end = cursor;
        long all = 0;
        while (end < occupied.length && occupied[end] <= missing) {
            all += histogram[end++];
        }
        long absentGradient = totalGradient - PackedHistogram.gradient(all);
        long absentHessian = totalHessian - PackedHistogram.hessian(all);
        boolean isMissingStored = end > cursor && occupied[end - 1] == missing;
        takeMissing(absent == missing, absentGradient, absentHessian, isMissingStored ? histogram[end - 1] : 0);
        int numBins = 0;
        if (absent != offset && (cursor == end || occupied[cursor] > offset)) {
            bins[0] = 0;
            putSums(0, 0, 0, 0);
            numBins = 1;
        }
        long sum = 0;
        long g = 0;
        long h = 0;
        boolean isAbsentIn = absent == missing;
        for (int i = cursor; i < end && occupied[i] < missing; i++) {
            if (!isAbsentIn && occupied[i] > absent) {
                isAbsentIn = true;
                g = absentGradient;
                h = absentHessian;
                bins[numBins] = absent - offset;
                putSums(numBins++, g + PackedHistogram.gradient(sum), h + PackedHistogram.hessian(sum), 0);
            }
            sum += histogram[i];
            bins[numBins] = occupied[i] - offset;
            putSums(numBins++, g + PackedHistogram.gradient(sum), h + PackedHistogram.hessian(sum), 0);
        }
        if (!isAbsentIn) {
            bins[numBins] = absent - offset;
            putSums(
                    numBins++,
                    absentGradient + PackedHistogram.gradient(sum),
                    absentHessian + PackedHistogram.hessian(sum),
                    0);
        }
        cursor = end;
        return numBins;
    }

    /** Sums up all bins; returns how many. */
    private int accumulate(int feature, int numValueBins) {
        bins = allBins;
        int cell = layout.offset(feature) * cellWidth;
        takeMissing(cell + numValueBins * cellWidth);
        long g = 0;
        long h = 0;
        if (cellWidth == 2 && isExactInDoubles) {
            for (int bin = 0; bin < numValueBins; bin++, cell += 2) {
                g += histogram[cell];
                h += histogram[cell + 1];
                gradientSums[bin] = g * gradientUnit;
                hessianSums[bin] = h * hessianUnit;
            }
            return numValueBins;
        }
        long n = 0;
        for (int bin = 0; bin < numValueBins; bin++, cell += cellWidth) {
            g += histogram[cell];
            h += histogram[cell + 1];
            n += cellWidth == 3 ? histogram[cell + 2] : 0;
            putSums(bin, g, h, n);
        }
        return numValueBins;
    }

    private void putSums(int i, long g, long h, long n) {
        gradientSums[i] = g * gradientUnit;
        hessianSums[i] = h * hessianUnit;
        gradients[i] = g;
        hessians[i] = h;
        counts[i] = n;
    }

    /**
     * Sums up the bins that hold anything; returns how many. A split after an empty bin is the one after the bin before it,
     * which comes first. Only the first bin has none before it: it is looked at even if empty, since missing values may stand
     * alone on the left of it.
     */
    private int accumulate(CompactHistogram sums, int feature, int numValueBins) {
        bins = occupiedBins;
        missingGradient = 0;
        missingHessian = 0;
        missingCount = 0;
        int offset = layout.offset(feature);
        while (cursor < sums.size && sums.bins[cursor] < offset) {
            cursor++;
        }
        int from = cursor;
        int end = from;
        while (end < sums.size && sums.bins[end] < offset + numValueBins) {
            end++;
        }
        cursor = end;
        if (end < sums.size && sums.bins[end] == offset + numValueBins) {
            takeMissing(end * cellWidth);
        }
        long g = 0;
        long h = 0;
        long n = 0;
        int numBins = 0;
        if (from == end || sums.bins[from] > offset) {
            bins[0] = 0;
            putSums(0, 0, 0, 0);
            numBins = 1;
        }
        for (int i = from; i < end; i++, numBins++) {
            g += histogram[i * cellWidth];
            h += histogram[i * cellWidth + 1];
            n += cellWidth == 3 ? histogram[i * cellWidth + 2] : 0;
            bins[numBins] = sums.bins[i] - offset;
            putSums(numBins, g, h, n);
        }
        return numBins;
    }

    private void takeMissing(int cell) {
        missingGradient = histogram[cell];
        missingHessian = histogram[cell + 1];
        missingCount = cellWidth == 3 ? histogram[cell + 2] : 0;
    }
}
