package org.sparkmlext.ml.neural;

import org.sparkmlext.ml.stage.ValueScorer;

/**
 * A network as a regressor: what its last layer gives is the prediction, a number a target, or one a target and quantile.
 *
 * @param point which of the numbers is the one to predict
 */
record NetworkValueScorer(NetworkScores scores, int point) implements ValueScorer {

    @Override
    public int numFeatures() {
        return scores.numFeatures();
    }

    @Override
    public double[] rawPrediction(float[] row) {
        return scores.raw(row);
    }

    @Override
    public int numMargins() {
        return 0;
    }

    @Override
    public double[] values(double[] rawPrediction) {
        return rawPrediction.clone();
    }

    @Override
    public double prediction(double[] rawPrediction) {
        return rawPrediction[point];
    }
}
