package org.sparkmlext.ml.stage;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a classifier's columns, for scoring by batches of rows.
 *
 * @param hasRawPrediction whether there is such a column
 * @param hasProbability likewise
 * @param hasPrediction likewise
 * @param numClasses length of the vectors
 * @param thresholds see {@link ClassScorer#prediction}
 * @param scorer makes probabilities and classes
 */
public record ClassValues(
        boolean hasRawPrediction,
        boolean hasProbability,
        boolean hasPrediction,
        int numClasses,
        double @Nullable [] thresholds,
        ClassScorer scorer)
        implements OutputValues {

    @Override
    public void append(double[] rawPrediction, List<@Nullable Object> values) {
        if (hasRawPrediction) {
            values.add(new DenseVector(rawPrediction));
        }
        if (hasProbability) {
            values.add(new DenseVector(scorer.probability(rawPrediction)));
        }
        if (hasPrediction) {
            values.add(scorer.prediction(rawPrediction, thresholds));
        }
    }

    @Override
    public void appendMissing(List<@Nullable Object> values) {
        double[] missing = new double[numClasses];
        Arrays.fill(missing, Double.NaN);
        if (hasRawPrediction) {
            values.add(new DenseVector(missing));
        }
        if (hasProbability) {
            values.add(new DenseVector(missing));
        }
        if (hasPrediction) {
            values.add(Double.NaN);
        }
    }
}
