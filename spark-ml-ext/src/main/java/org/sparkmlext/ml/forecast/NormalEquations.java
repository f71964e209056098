package org.sparkmlext.ml.forecast;

import dev.ludovic.netlib.lapack.JavaLAPACK;
import java.io.Serializable;
import org.netlib.util.intW;

/**
 * The sums from which least squares with a penalty follows: {@code X'X} and {@code X'Y} over windows, X with a last column of ones. Not
 * for several threads.
 */
final class NormalEquations implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int inputs;
    private final int outputs;
    /** (inputs + 1)^2 numbers, of which those with row >= column are kept. */
    private final double[] gram;
    /** (inputs + 1) x outputs, column after column. */
    private final double[] cross;

    private long count;

    NormalEquations(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
        gram = new double[(inputs + 1) * (inputs + 1)];
        cross = new double[(inputs + 1) * outputs];
    }

    long count() {
        return count;
    }

    /**
     * Adds an observation.
     *
     * @param x inputs + 1 numbers, the last of them 1
     * @param y outputs numbers
     */
    void add(double[] x, double[] y) {
        int p = inputs + 1;
        for (int i = 0; i < p; i++) {
            double xi = x[i];
            int at = i * p;
            for (int j = i; j < p; j++) {
                gram[at + j] += xi * x[j];
            }
        }
        for (int k = 0; k < outputs; k++) {
            double yk = y[k];
            int at = k * p;
            for (int i = 0; i < p; i++) {
                cross[at + i] += yk * x[i];
            }
        }
        count++;
    }

    void merge(NormalEquations other) {
        for (int i = 0; i < gram.length; i++) {
            gram[i] += other.gram[i];
        }
        for (int i = 0; i < cross.length; i++) {
            cross[i] += other.cross[i];
        }
        count += other.count;
    }

    /**
     * The coefficients that minimise {@code sum |y - W'x|^2 + penalty sum w^2}, where the last input, the constant, is not penalised:
     * LAPACK's Cholesky solution of {@code (X'X + penalty I) W = X'Y}.
     *
     * @param penalty above 0
     * @return for each output, one after the other, inputs + 1 coefficients
     * @throws ArithmeticException if the equations have no solution, as without observations
     */
    double[] solve(double penalty) {
        int p = inputs + 1;
        double[] left = gram.clone();
        for (int i = 0; i < inputs; i++) {
            left[i * p + i] += penalty;
        }
        double[] coefficients = cross.clone();
        intW failed = new intW(0);
        // Column by column, as LAPACK reads it, what was kept is the lower triangle. Java's, not the machine's: the
        // same bits anywhere.
        JavaLAPACK.getInstance().dposv("L", p, outputs, left, p, coefficients, p, failed);
        if (failed.val != 0) {
            throw new ArithmeticException("the normal equations of " + count + " windows of " + inputs
                    + " lags have no solution (LAPACK dposv: " + failed.val + ")");
        }
        return coefficients;
    }
}
