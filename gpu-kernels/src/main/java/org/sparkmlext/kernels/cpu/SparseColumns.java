package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * The stored bins by feature. A feature that more than a third of the rows store has an array with one bin a row, 2 bytes each;
 * of all others the stored bins stand one after another with their rows, 6 bytes each.
 */
final class SparseColumns {

    static final SparseColumns NONE = new SparseColumns(new BinLayout(new int[0]), new int[0], new int[0], 0);

    /** 2 bytes a row are no more than 6 bytes for a third of the rows. */
    private static final int FULL_SHARE = 3;

    private final int[] starts;
    private final int[] ends;
    private final int[] rows;
    private final short[] bins;
    /** Per feature one bin a row, or an empty array. */
    private final short[][] full;

    private static final short[] NOT_FULL = {};

    SparseColumns(BinLayout layout, int[] absentBins, int[] maxStored, int numRows) {
        int numFeatures = layout.numFeatures();
        starts = new int[numFeatures + 1];
        full = new short[numFeatures][];
        for (int f = 0; f < numFeatures; f++) {
            boolean isFull = isFull(maxStored[f], numRows);
            starts[f + 1] = starts[f] + (isFull ? 0 : maxStored[f]);
            full[f] = NOT_FULL;
            if (isFull) {
                full[f] = new short[numRows];
                Arrays.fill(full[f], (short) absentBins[f]);
            }
        }
        ends = Arrays.copyOf(starts, numFeatures);
        rows = new int[starts[numFeatures]];
        bins = new short[starts[numFeatures]];
    }

    private static boolean isFull(int maxStored, int numRows) {
        return (long) maxStored * FULL_SHARE > numRows;
    }

    static long sizeBytes(int[] maxStored, int numRows) {
        long bytes = 0;
        for (int count : maxStored) {
            bytes += isFull(count, numRows) ? 2L * numRows : 6L * count;
        }
        return bytes + 2L * Integer.BYTES * maxStored.length;
    }

    /** Takes a bin that differs from the absent one; rows of a feature ascend. */
    void append(int feature, int row, int bin) {
        if (isFull(feature)) {
            full[feature][row] = (short) bin;
        } else {
            rows[ends[feature]] = row;
            bins[ends[feature]++] = (short) bin;
        }
    }

    /** Whether {@link #bins(int)} has the feature's bins. */
    boolean isFull(int feature) {
        return full[feature].length > 0;
    }

    /** One bin a row, unsigned; empty unless {@link #isFull}. */
    short[] bins(int feature) {
        return full[feature];
    }

    /** Where the stored bins of a feature begin in {@link #rows} and {@link #bins}; none if {@link #isFull}. */
    int begin(int feature) {
        return starts[feature];
    }

    int end(int feature) {
        return ends[feature];
    }

    /** Row of each stored bin. */
    int[] rows() {
        return rows;
    }

    /** The stored bins, unsigned. */
    short[] bins() {
        return bins;
    }
}
