package org.sparkmlext.kernels.tree;

import java.util.Arrays;
import java.util.Objects;

/**
 * How many bins each feature has, and where they lie in a histogram.
 *
 * <p>Feature {@code f} has {@code numValueBins(f)} bins for values, ascending, and after them one bin for missing values:
 * {@code numBins(f) = numValueBins(f) + 1}. In a histogram the bins of all features stand one after another;
 * {@code offset(f)} is the first of feature {@code f}. A bin fits into an unsigned short.
 */
public final class BinLayout {

    /** Most value bins of a feature; one more bin holds missing values. */
    public static final int MAX_VALUE_BINS = 65_535;

    /** Most value bins of a feature whose bins fit into an unsigned byte. */
    public static final int MAX_BYTE_VALUE_BINS = 255;

    private final int[] offsets;

    /** @param numValueBins value bins of each feature, each from 1 to {@link #MAX_VALUE_BINS}; copied */
    public BinLayout(int[] numValueBins) {
        offsets = new int[numValueBins.length + 1];
        for (int f = 0; f < numValueBins.length; f++) {
            if (numValueBins[f] < 1 || numValueBins[f] > MAX_VALUE_BINS) {
                throw new IllegalArgumentException(
                        "feature " + f + " has " + numValueBins[f] + " value bins; allowed are 1 to " + MAX_VALUE_BINS);
            }
            offsets[f + 1] = Math.addExact(offsets[f], numValueBins[f] + 1);
        }
    }

    public int numFeatures() {
        return offsets.length - 1;
    }

    /** Value bins of feature {@code f}. */
    public int numValueBins(int f) {
        return offsets[f + 1] - offsets[f] - 1;
    }

    /** The bin that holds feature {@code f}'s missing values: the one after its value bins. */
    public int missingBin(int f) {
        return numValueBins(f);
    }

    /** Index of feature {@code f}'s first bin in a histogram. {@code offset(numFeatures())} is the number of all bins. */
    public int offset(int f) {
        return offsets[f];
    }

    /** {@link #offset} of every feature, and last the number of all bins; a copy. */
    public int[] offsets() {
        return offsets.clone();
    }

    /** Whether each feature's bins fit into an unsigned byte. */
    public boolean fitsBytes() {
        for (int f = 0; f < numFeatures(); f++) {
            if (numValueBins(f) > MAX_BYTE_VALUE_BINS) {
                return false;
            }
        }
        return true;
    }

    /** @throws IllegalArgumentException unless each feature's bins fit into an unsigned byte */
    public void requireBytes() {
        if (!fitsBytes()) {
            throw new IllegalArgumentException(this + " has a feature of more than " + MAX_BYTE_VALUE_BINS
                    + " value bins; dense rows hold bytes, use allocateSparseRows");
        }
    }

    /** Bins of all features together. */
    public int totalBins() {
        return offsets[offsets.length - 1];
    }

    /**
     * Checks a block of dense rows, column by column.
     *
     * @throws IllegalArgumentException if it has not one column a feature
     * @throws IndexOutOfBoundsException if a column has fewer than {@code count} bins
     */
    public void requireColumns(byte[][] columns, int count) {
        if (columns.length != numFeatures()) {
            throw new IllegalArgumentException(
                    "a block has " + columns.length + " columns; these rows have " + numFeatures() + " features");
        }
        for (byte[] column : columns) {
            Objects.checkFromIndexSize(0, count, column.length);
        }
    }

    /**
     * Checks the first {@code count} bins of a column.
     *
     * @param firstRow row of the first bin, for the message
     * @throws IllegalArgumentException if a bin is above the feature's missing bin
     */
    public void requireBins(int feature, byte[] bins, int firstRow, int count) {
        int missing = missingBin(feature);
        int signs = 0;
        for (int i = 0; i < count; i++) {
            signs |= missing - (bins[i] & 255);
        }
        if (signs < 0) {
            int i = 0;
            while ((bins[i] & 255) <= missing) {
                i++;
            }
            throw new IllegalArgumentException("feature " + feature + ", row " + (firstRow + i) + " has bin "
                    + (bins[i] & 255) + "; allowed are 0 to " + missing + ", of which the last means missing");
        }
    }

    /** @throws IllegalArgumentException if these indices into a histogram do not ascend or are beyond it */
    public void requireAscending(int[] bins) {
        int previous = -1;
        for (int bin : bins) {
            if (bin <= previous || bin >= totalBins()) {
                throw new IllegalArgumentException(
                        "bin " + bin + " follows " + previous + "; bins must ascend and be below " + totalBins());
            }
            previous = bin;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BinLayout that && Arrays.equals(offsets, that.offsets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(offsets);
    }

    @Override
    public String toString() {
        return "BinLayout[" + numFeatures() + " features, " + totalBins() + " bins]";
    }
}
