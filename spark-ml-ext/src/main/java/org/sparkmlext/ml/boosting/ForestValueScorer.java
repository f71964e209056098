package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.tree.Link;

/** Trees as a regressor: raw scores, and predictions by the objective's link. */
record ForestValueScorer(EncodedForest forest, Link link) implements ValueScorer {

    @Override
    public int numFeatures() {
        return forest.forest().numFeatures();
    }

    @Override
    public double[] rawPrediction(float[] row) {
        float[] scores = forest.forest().rawScores(row);
        double[] raw = new double[scores.length];
        for (int k = 0; k < raw.length; k++) {
            raw[k] = scores[k];
        }
        return raw;
    }

    @Override
    public double[] values(double[] rawPrediction) {
        double[] values = Arrays.copyOf(rawPrediction, rawPrediction.length);
        link.apply(values);
        return values;
    }

    /** The number of the leaf that a row falls into, tree by tree. */
    double[] leaves(float[] row) {
        return Arrays.stream(forest.forest().leaves(row)).asDoubleStream().toArray();
    }
}
