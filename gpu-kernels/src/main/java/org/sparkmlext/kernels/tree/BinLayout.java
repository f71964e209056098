package org.sparkmlext.kernels.tree;

import java.util.Arrays;

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

    /** Whether each feature's bins fit into an unsigned byte. */
    public boolean fitsBytes() {
        for (int f = 0; f < numFeatures(); f++) {
            if (numValueBins(f) > MAX_BYTE_VALUE_BINS) {
                return false;
            }
        }
        return true;
    }

    /** Bins of all features together. */
    public int totalBins() {
        return offsets[offsets.length - 1];
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
