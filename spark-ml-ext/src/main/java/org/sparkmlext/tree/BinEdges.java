package org.sparkmlext.tree;

import org.sparkmlext.kernels.tree.BinLayout;

/**
 * The numbers between bins: a value of feature {@code f} lies in a bin up to {@code b} exactly when it is smaller than
 * {@code edges[f][b]}.
 *
 * <p>An edge lies above every training value of the bin below and not above any of the bin beyond it; it is the middle of
 * the gap where float32 has a number there. So {@code value < edge} divides the training rows exactly as the bins do.
 *
 * @param edges {@code edges[feature]}: ascending, one less than the feature has value bins
 */
record BinEdges(float[][] edges) {

    /** The layout of histograms over these bins. */
    BinLayout layout() {
        int[] numValueBins = new int[edges.length];
        for (int f = 0; f < edges.length; f++) {
            numValueBins[f] = edges[f].length + 1;
        }
        return new BinLayout(numValueBins);
    }

    /** Threshold of a split after value bin {@code bin}: infinite after the last bin, where only missing values differ. */
    float threshold(int feature, int bin) {
        return bin < edges[feature].length ? edges[feature][bin] : Float.POSITIVE_INFINITY;
    }

    /** Of each feature the boundaries with which a mapper bins any data, seen or not, as the edges divide it. */
    int[][] boundaries() {
        int[][] boundaries = new int[edges.length][];
        for (int f = 0; f < edges.length; f++) {
            boundaries[f] = new int[edges[f].length];
            for (int b = 0; b < boundaries[f].length; b++) {
                boundaries[f][b] = SortableFloat.key(edges[f][b]);
            }
        }
        return boundaries;
    }

    /** The middle of the gap between two neighbouring values, above {@code below} and at most {@code above}. */
    static float between(float below, float above) {
        float middle = (float) (((double) below + (double) above) / 2);
        return middle > below ? middle : above;
    }
}
