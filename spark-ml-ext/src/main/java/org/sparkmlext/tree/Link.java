package org.sparkmlext.tree;

/**
 * What turns the raw scores of a row into predictions, the inverse of the link function of a generalised linear model
 * (McCullagh and Nelder, 1989). In doubles through {@link StrictMath}: the same bits on every machine.
 */
public enum Link {
    /** A score is the prediction. */
    IDENTITY,
    /** {@code 1 / (1 + exp(-s))}: the probability of class 1 from log-odds. */
    SIGMOID,
    /** {@code exp(s_k) / sum of exp(s_j)}: the probability of each class. */
    SOFTMAX,
    /** {@code exp(s)}: the mean from its logarithm. */
    EXP;

    /** Predictions, one a raw score, in place. */
    public void apply(double[] scores) {
        switch (this) {
            case IDENTITY -> {}
            case SIGMOID -> {
                for (int k = 0; k < scores.length; k++) {
                    scores[k] = 1.0 / (1.0 + StrictMath.exp(-scores[k]));
                }
            }
            case SOFTMAX -> softmax(scores);
            case EXP -> {
                for (int k = 0; k < scores.length; k++) {
                    scores[k] = StrictMath.exp(scores[k]);
                }
            }
        }
    }

    private static void softmax(double[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            largest = Math.max(largest, score);
        }
        double sum = 0;
        for (int k = 0; k < scores.length; k++) {
            // Less the largest: exp of a large score would be infinite.
            scores[k] = StrictMath.exp(scores[k] - largest);
            sum += scores[k];
        }
        for (int k = 0; k < scores.length; k++) {
            scores[k] /= sum;
        }
    }
}
