package org.sparkmlext.ml.boosting;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What scoring asks of a forest, in doubles as Spark holds them.
 *
 * @param encoded the trees
 * @param rounds rounds that count, from the first one on
 */
record ForestScores(EncodedForest encoded, int rounds) implements Serializable {

    int numFeatures() {
        return encoded.forest().numFeatures();
    }

    int numOutputs() {
        return encoded.forest().numOutputs();
    }

    double[] raw(float[] row) {
        float[] scores = encoded.forest().rawScores(row, rounds);
        double[] raw = new double[scores.length];
        for (int k = 0; k < raw.length; k++) {
            raw[k] = scores[k];
        }
        return raw;
    }

    /** The number of the leaf that a row falls into, tree by tree, all rounds. */
    double[] leaves(float[] row) {
        return Arrays.stream(encoded.forest().leaves(row)).asDoubleStream().toArray();
    }
}
