package org.sparkmlext.kernels.tree;

import java.util.SplittableRandom;

/**
 * Rows made up for a test, column by column.
 *
 * @param columns {@code columns[feature][row]}, unsigned
 */
public record TreeData(String name, BinLayout layout, int numRows, byte[][] columns) implements Bins {

    /** Uniform bins; each cell is missing with probability {@code missingRate}. */
    public static TreeData random(String name, int numRows, int[] numValueBins, double missingRate, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BinLayout layout = new BinLayout(numValueBins);
        byte[][] columns = new byte[numValueBins.length][numRows];
        for (int f = 0; f < columns.length; f++) {
            for (int r = 0; r < numRows; r++) {
                boolean isMissing = random.nextDouble() < missingRate;
                columns[f][r] = (byte) (isMissing ? layout.missingBin(f) : random.nextInt(numValueBins[f]));
            }
        }
        return new TreeData(name, layout, numRows, columns);
    }

    /** Every feature with the same number of value bins. */
    public static int[] bins(int numFeatures, int numValueBins) {
        int[] bins = new int[numFeatures];
        java.util.Arrays.fill(bins, numValueBins);
        return bins;
    }

    @Override
    public int bin(int row, int feature) {
        return columns[feature][row] & 255;
    }

    /** Gradients over the whole range of fixed-point values; about a fifth of the rows is out of the bag. */
    public long[] randomGradients(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] gradients = new long[numRows];
        for (int r = 0; r < numRows; r++) {
            // Small and large values alike: the rounding of coarse sums shows in the small ones.
            int g = random.nextInt(-GradientScale.MAX_FIXED, GradientScale.MAX_FIXED + 1) >> random.nextInt(30);
            int h = Math.max(1, random.nextInt(GradientScale.MAX_FIXED + 1) >> random.nextInt(30));
            gradients[r] = random.nextInt(5) == 0 ? 0 : ((long) g << 32) | h;
        }
        return gradients;
    }

    @Override
    public String toString() {
        return name;
    }
}
