package org.sparkmlext.ml.neural;

import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.net.ScorerPool;

/** A network of classes as executors hold it: one raw prediction a class, whose softmax is the probability. */
record NetworkClassScorer(FittedNetwork network, ScorerPool.Key key, int numFeatures) implements ClassScorer {

    /** One row by itself; whoever has many scores them by batches. */
    @Override
    public double[] rawPrediction(float[] row) {
        double[][] raw = new double[1][];
        ScorerPool.Lease lease = ScorerPool.borrow(key, network::model);
        try (lease) {
            if (lease.scorer().takesBytes()) {
                byte[] bytes = new byte[row.length];
                for (int i = 0; i < row.length; i++) {
                    bytes[i] = NetworkRowValues.pixel("features", row[i]);
                }
                lease.scorer().score(bytes, 1, (i, logits, embeddings) -> raw[0] = ClassScoring.doubles(logits));
            } else {
                for (float value : row) {
                    NetworkRowValues.requireFinite("features", value);
                }
                lease.scorer().score(row, 1, (i, logits, embeddings) -> raw[0] = ClassScoring.doubles(logits));
            }
        }
        return raw[0];
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
