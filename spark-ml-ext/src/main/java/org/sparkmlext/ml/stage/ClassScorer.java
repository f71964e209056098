package org.sparkmlext.ml.stage;

import org.jspecify.annotations.Nullable;

/** A {@link RowScorer} of classes: its raw prediction has one number a class, the larger the likelier. */
public interface ClassScorer extends RowScorer {

    /** Probabilities, one element a class, of a raw prediction. */
    double[] probability(double[] rawPrediction);

    /**
     * The class by Spark's rule: without thresholds the largest raw prediction, with them the largest ratio of probability
     * to threshold; the first of equals.
     */
    default double prediction(double[] rawPrediction, double @Nullable [] thresholds) {
        double[] ranking = rawPrediction;
        if (thresholds != null) {
            ranking = probability(rawPrediction);
            for (int c = 0; c < ranking.length; c++) {
                // 0 / 0 is NaN and never the largest: a class of threshold 0 wins unless it is impossible.
                ranking[c] /= thresholds[c];
            }
        }
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < ranking.length; c++) {
            if (ranking[c] > largest) {
                largest = ranking[c];
                best = c;
            }
        }
        return best;
    }
}
