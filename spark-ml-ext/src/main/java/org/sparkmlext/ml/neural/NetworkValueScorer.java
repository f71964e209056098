package org.sparkmlext.ml.neural;

import org.sparkmlext.ml.stage.ValueScorer;

/**
 * A network as a regressor: what its last layer gives is the prediction, a number a target, or one a target and quantile; a target's
 * quantiles in ascending order.
 *
 * @param each numbers of a target, its quantiles
 * @param point which of the numbers is the one to predict
 */
record NetworkValueScorer(NetworkScores scores, int each, int point) implements ValueScorer {

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
        return QuantileLevels.ascending(rawPrediction, each);
    }

    @Override
    public double prediction(double[] rawPrediction) {
        return values(rawPrediction)[point];
    }
}
