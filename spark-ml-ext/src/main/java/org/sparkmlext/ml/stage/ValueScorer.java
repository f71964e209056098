package org.sparkmlext.ml.stage;

/** A {@link RowScorer} of numbers: its raw prediction has one number, or several, as one a quantile level. */
public interface ValueScorer extends RowScorer {

    /** Predictions on the label's scale, one a raw score. */
    double[] values(double[] rawPrediction);

    /** The one number to predict; of several the middle one, unless a scorer knows better. */
    default double prediction(double[] rawPrediction) {
        double[] values = values(rawPrediction);
        return values[values.length / 2];
    }
}
