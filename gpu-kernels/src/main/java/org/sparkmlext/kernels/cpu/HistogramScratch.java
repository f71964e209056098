package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;

/**
 * One thread's private sums for one tile of features, and the block of rows it is adding.
 *
 * <p>A cell has a fixed place ({@code feature of the word * 256 + bin}), so that the loop needs no table of offsets; only
 * the bins that exist are moved to a histogram at the end. Sums are narrow and must be moved out after at most
 * {@link #MAX_ROWS} rows.
 */
abstract class HistogramScratch {

    /** Rows added at a time: their bins and gradients stay in the L1 cache while each word of features has its turn. */
    static final int BLOCK_ROWS = 256;

    /** Rows until the narrowest sum could overflow, see the subclasses. */
    static final int MAX_ROWS = 65535;

    static final int CELLS = 256;

    private static final int COARSE_GRADIENT_HALF = 1 << (GradientScale.COARSE_GRADIENT_SHIFT - 1);
    private static final int COARSE_HESSIAN_HALF = 1 << (GradientScale.COARSE_HESSIAN_SHIFT - 1);

    /** Rows of the block, one after another, where they had to be collected. */
    final long[] gathered = new long[BLOCK_ROWS * (CpuRows.TILE_FEATURES / CpuRows.WORD_FEATURES)];

    static long coarseGradient(long packed) {
        return ((int) (packed >> 32) + COARSE_GRADIENT_HALF) >> GradientScale.COARSE_GRADIENT_SHIFT;
    }

    static long coarseHessian(long packed) {
        return ((int) packed + COARSE_HESSIAN_HALF) >> GradientScale.COARSE_HESSIAN_SHIFT;
    }

    /** Takes the gradient of row {@code i} of the block. */
    abstract void load(int i, long packed);

    /**
     * Adds {@code count} rows of the block to the eight (or four) features of a word.
     *
     * @param bins words of the rows; row {@code i}'s is at {@code from + i * stride}
     * @param isHalf true where only the lower four features of the word exist
     */
    abstract void add(int word, long[] bins, int from, int stride, int count, boolean isHalf);

    /**
     * Moves the sums of one feature to a histogram and clears them.
     *
     * @param isFirst true to overwrite the histogram's cells, false to add to them
     */
    abstract void move(
            int word, int featureOfWord, int numBins, long[] slot, int slotFrom, int cellWidth, boolean isFirst);

    /** Moves the sums of a whole word to a histogram. */
    final void moveWord(int tile, int word, BinLayout layout, long[] slot, int cellWidth, boolean isFirst) {
        int firstFeature = tile * CpuRows.TILE_FEATURES + word * CpuRows.WORD_FEATURES;
        int features = Math.min(CpuRows.WORD_FEATURES, layout.numFeatures() - firstFeature);
        for (int j = 0; j < features; j++) {
            int f = firstFeature + j;
            move(word, j, layout.missingBin(f) + 1, slot, layout.offset(f) * cellWidth, cellWidth, isFirst);
        }
    }
}
