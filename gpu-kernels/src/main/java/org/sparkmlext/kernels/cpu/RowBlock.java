package org.sparkmlext.kernels.cpu;

/**
 * What one thread knows of a block of rows between the steps of a pass: unweighted gradients, hessians and metrics. So few
 * rows that all of it stays in the first caches; each step is a loop of its own, simple enough to be compiled well.
 */
final class RowBlock {

    /** Most rows of a block. */
    static final int ROWS = 512;

    /** {@code [output][row of the block]}. */
    final double[][] gradients;
    /** As gradients. */
    final double[][] hessians;
    /** The metric that a formula gives beside its gradients. */
    final double[] losses = new double[ROWS];
    /** The metric at hand. */
    final double[] terms = new double[ROWS];
    /** Weights of the rows, 0 where they are not above 0. */
    final double[] weights = new double[ROWS];
    /** Largest score of each row. */
    final double[] maxima = new double[ROWS];
    /** Sum of each row's exponentials. */
    final double[] sums = new double[ROWS];

    RowBlock(int numOutputs) {
        gradients = new double[numOutputs][ROWS];
        hessians = new double[numOutputs][ROWS];
    }
}
