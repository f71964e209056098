package org.sparkmlext.jobs.bench;

import java.util.Arrays;

/**
 * A metric by fold, smaller is better.
 *
 * @param byFold one a fold
 */
record FoldScores(double[] byFold) {
    private static final double SMALLEST_PROBABILITY = 1e-15;

    /**
     * The set's metric of out-of-fold predictions.
     *
     * @param predictions one array a row: the value of a real target, else a probability a class
     */
    static FoldScores of(FoldTable table, QualitySet.Target target, double[][] predictions) {
        int foldCount = 1 + Arrays.stream(table.folds()).max().orElseThrow();
        double[] sums = new double[foldCount];
        int[] counts = new int[foldCount];
        for (int row = 0; row < table.rows(); row++) {
            int fold = table.folds()[row];
            counts[fold]++;
            double label = table.labels()[row];
            if (target == QualitySet.Target.REAL) {
                sums[fold] += Math.pow(predictions[row][0] - label, 2);
            } else {
                sums[fold] -= Math.log(Math.max(SMALLEST_PROBABILITY, predictions[row][(int) label]));
            }
        }
        for (int fold = 0; fold < foldCount; fold++) {
            double mean = sums[fold] / counts[fold];
            sums[fold] = target == QualitySet.Target.REAL ? Math.sqrt(mean) : mean;
        }
        return new FoldScores(sums);
    }

    double mean() {
        return Arrays.stream(byFold).average().orElseThrow();
    }

    /** Standard error of the mean over folds. */
    double standardError() {
        double mean = mean();
        double squares = Arrays.stream(byFold)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return Math.sqrt(squares / (byFold.length - 1) / byFold.length);
    }

    /** Fold by fold, this minus the other. */
    FoldScores minus(FoldScores other) {
        double[] differences = byFold.clone();
        for (int fold = 0; fold < differences.length; fold++) {
            differences[fold] -= other.byFold[fold];
        }
        return new FoldScores(differences);
    }
}
