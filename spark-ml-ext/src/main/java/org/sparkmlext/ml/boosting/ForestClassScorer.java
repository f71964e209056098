package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.tree.Link;

/**
 * Trees as a classifier. One raw score s (log-odds of class 1): raw prediction {@code (-s, s)}, probability of class 1
 * {@code 1 / (1 + exp(-s))}. One raw score a class: these are the raw prediction, their softmax is the probability.
 */
record ForestClassScorer(ForestScores scores) implements ClassScorer {

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
        double[] raw = scores.raw(row);
        return raw.length == 1 ? new double[] {-raw[0], raw[0]} : raw;
    }

    @Override
    public double[] plus(double[] rawPrediction, double[] margins) {
        if (margins.length > 1) {
            return ClassScorer.super.plus(rawPrediction, margins);
        }
        double sum = rawPrediction[1] + margins[0];
        return new double[] {-sum, sum};
    }

    @Override
    public double[] probability(double[] rawPrediction) {
        if (scores.numOutputs() == 1) {
            double[] positive = {rawPrediction[1]};
            Link.SIGMOID.apply(positive);
            return new double[] {1.0 - positive[0], positive[0]};
        }
        double[] probability = Arrays.copyOf(rawPrediction, rawPrediction.length);
        Link.SOFTMAX.apply(probability);
        return probability;
    }
}
