package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.tree.Link;

/**
 * Trees as a regressor: raw scores, and predictions by the objective's link.
 *
 * @param predicted which raw score is the one number to predict
 */
record ForestValueScorer(ForestScores scores, Link link, int predicted) implements ValueScorer {

    @Override
    public int numFeatures() {
        return scores.numFeatures();
    }

    @Override
    public int numMargins() {
        return scores.numOutputs();
    }

    @Override
    public double[] rawPrediction(float[] row) {
        return scores.raw(row);
    }

    @Override
    public double[] values(double[] rawPrediction) {
        double[] values = Arrays.copyOf(rawPrediction, rawPrediction.length);
        link.apply(values);
        return values;
    }

    @Override
    public double prediction(double[] rawPrediction) {
        return values(rawPrediction)[predicted];
    }
}
