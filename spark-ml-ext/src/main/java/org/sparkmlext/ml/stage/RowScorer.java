package org.sparkmlext.ml.stage;

import java.io.Serializable;

/**
 * A trained model as executors hold it: arrays and numbers, no stage, no Spark. Broadcast once, used by many threads at a
 * time.
 */
public interface RowScorer extends Serializable {

    /** Values a row must have. */
    int numFeatures();

    /** Raw prediction: one number a class, or a raw score an output. {@code row} has {@link #numFeatures} values; a missing one is NaN. */
    double[] rawPrediction(float[] row);

    /** Base margins a row may have: raw scores of the model. */
    int numMargins();

    /** A raw prediction on top of a row's base margins, of which there are {@link #numMargins}. */
    default double[] plus(double[] rawPrediction, double[] margins) {
        double[] sum = rawPrediction.clone();
        for (int k = 0; k < sum.length; k++) {
            sum[k] += margins[k];
        }
        return sum;
    }
}
