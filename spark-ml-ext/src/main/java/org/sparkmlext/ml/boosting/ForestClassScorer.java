package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.tree.Link;

/**
 * Trees as a classifier. One raw score s (log-odds of class 1): raw prediction {@code (-s, s)}, probability of class 1
 * {@code 1 / (1 + exp(-s))}. One raw score a class: these are the raw prediction, their softmax is the probability.
 */
record ForestClassScorer(EncodedForest forest) implements ClassScorer {

    @Override
    public int numFeatures() {
        return forest.forest().numFeatures();
    }

    @Override
    public double[] rawPrediction(float[] row) {
        float[] scores = forest.forest().rawScores(row);
        if (scores.length == 1) {
            return new double[] {-scores[0], scores[0]};
        }
        double[] raw = new double[scores.length];
        for (int k = 0; k < raw.length; k++) {
            raw[k] = scores[k];
        }
        return raw;
    }

    @Override
    public double[] probability(double[] rawPrediction) {
        if (forest.forest().numOutputs() == 1) {
            double[] positive = {rawPrediction[1]};
            Link.SIGMOID.apply(positive);
            return new double[] {1.0 - positive[0], positive[0]};
        }
        double[] probability = Arrays.copyOf(rawPrediction, rawPrediction.length);
        Link.SOFTMAX.apply(probability);
        return probability;
    }

    /** The number of the leaf that a row falls into, tree by tree. */
    double[] leaves(float[] row) {
        return Arrays.stream(forest.forest().leaves(row)).asDoubleStream().toArray();
    }
}
