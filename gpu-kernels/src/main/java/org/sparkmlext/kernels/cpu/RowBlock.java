package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;

/**
 * What one thread knows of a block of rows between the steps of a pass: scores, labels and weights as doubles, unweighted
 * gradients, hessians and metrics. So few rows that all of it stays in the first caches; each step is a loop of its own,
 * simple enough to be compiled well.
 *
 * <p>Floats are turned into doubles once, in loops that do nothing else: on x86 the conversion waits for whatever its target
 * register was last used for, which in a longer loop is the end of the row before.
 */
final class RowBlock {

    /** Most rows of a block; a power of two. */
    static final int MOST_ROWS = 512;

    private static final int LEAST_ROWS = 32;

    /** {@code [output][row of the block]}. */
    final double[][] scores;

    final double[] labels;
    /** 0 where a weight is not above 0; not filled where weights are absent. */
    final double[] weights;
    /** As scores. */
    final double[][] gradients;
    /** As scores. */
    final double[][] hessians;
    /** The metric that a formula gives beside its gradients. */
    final double[] losses;
    /** The metric at hand. */
    final double[] terms;
    /** Largest score of each row. */
    final double[] maxima;
    /** Sum of each row's exponentials. */
    final double[] sums;

    RowBlock(int numOutputs) {
        int rows = rows(numOutputs);
        scores = new double[numOutputs][rows];
        labels = new double[rows];
        weights = new double[rows];
        gradients = new double[numOutputs][rows];
        hessians = new double[numOutputs][rows];
        losses = new double[rows];
        terms = new double[rows];
        maxima = new double[rows];
        sums = new double[rows];
    }

    /** Most rows of a block of so many outputs, a power of two. */
    static int rows(int numOutputs) {
        return Math.max(LEAST_ROWS, Integer.highestOneBit(MOST_ROWS / numOutputs));
    }

    int numOutputs() {
        return scores.length;
    }

    /** Reads rows {@code [begin, begin + count)}. */
    void read(float[][] allScores, float[] allLabels, float @Nullable [] allWeights, int begin, int count) {
        for (int output = 0; output < scores.length; output++) {
            copy(allScores[output], begin, scores[output], count);
        }
        copy(allLabels, begin, labels, count);
        if (allWeights != null) {
            copy(allWeights, begin, weights, count);
            for (int i = 0; i < count; i++) {
                weights[i] = weights[i] > 0 ? weights[i] : 0.0;
            }
        }
    }

    private static void copy(float[] source, int begin, double[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = source[begin + i];
        }
    }
}
