package org.sparkmlext.kernels.tree;

import java.util.SplittableRandom;

/**
 * Rows made up for a test, column by column.
 *
 * @param columns {@code columns[feature][row]}, unsigned
 * @param absentBins bin of each feature that {@link SparseRows} of these rows do not store
 */
public record TreeData(String name, BinLayout layout, int numRows, short[][] columns, int[] absentBins)
        implements Bins {

    /** Uniform bins; each cell is missing with probability {@code missingRate}. */
    public static TreeData random(String name, int numRows, int[] numValueBins, double missingRate, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BinLayout layout = new BinLayout(numValueBins);
        short[][] columns = new short[numValueBins.length][numRows];
        int[] absentBins = new int[numValueBins.length];
        for (int f = 0; f < columns.length; f++) {
            for (int r = 0; r < numRows; r++) {
                boolean isMissing = random.nextDouble() < missingRate;
                columns[f][r] = (short) (isMissing ? layout.missingBin(f) : random.nextInt(numValueBins[f]));
            }
            absentBins[f] = new SplittableRandom(seed + f).nextInt(numValueBins[f] + 1);
        }
        return new TreeData(name, layout, numRows, columns, absentBins);
    }

    /** Uniform bins in a share of the cells, the feature's absent bin, which may be the missing one, in all others. */
    public static TreeData sparse(String name, int numRows, int[] numValueBins, double storedShare, long seed) {
        TreeData full = random(name, numRows, numValueBins, 0.1, seed);
        SplittableRandom random = new SplittableRandom(seed + 1);
        for (int f = 0; f < numValueBins.length; f++) {
            for (int r = 0; r < numRows; r++) {
                if (random.nextDouble() >= storedShare) {
                    full.columns[f][r] = (short) full.absentBins[f];
                }
            }
        }
        return full;
    }

    /** Every feature with the same number of value bins. */
    public static int[] bins(int numFeatures, int numValueBins) {
        int[] bins = new int[numFeatures];
        java.util.Arrays.fill(bins, numValueBins);
        return bins;
    }

    @Override
    public int bin(int row, int feature) {
        return Short.toUnsignedInt(columns[feature][row]);
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
