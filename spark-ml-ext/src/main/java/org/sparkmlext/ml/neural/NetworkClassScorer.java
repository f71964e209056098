package org.sparkmlext.ml.neural;

import org.sparkmlext.ml.stage.ClassScorer;

/** A network as a classifier: one raw prediction a class, whose softmax is the probability. */
record NetworkClassScorer(NetworkScores scores) implements ClassScorer {

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
    public double[] probability(double[] rawPrediction) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double raw : rawPrediction) {
            largest = Math.max(largest, raw);
        }
        double[] probability = new double[rawPrediction.length];
        double sum = 0;
        for (int k = 0; k < probability.length; k++) {
            probability[k] = StrictMath.exp(rawPrediction[k] - largest);
            sum += probability[k];
        }
        for (int k = 0; k < probability.length; k++) {
            probability[k] /= sum;
        }
        return probability;
    }
}
