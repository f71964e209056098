package org.sparkmlext.ml.stage;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A trained classifier as executors hold it: arrays and numbers, no stage, no Spark. Broadcast once, used by many threads
 * at a time.
 */
public interface RowScorer extends Serializable {

    /** Values a row must have. */
    int numFeatures();

    /** Raw prediction, one element a class. {@code row} has {@link #numFeatures} values; a missing one is NaN. */
    double[] rawPrediction(float[] row);

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
