package org.sparkmlext.ml.stage;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a regressor's columns, for scoring by batches of rows.
 *
 * @param hasPrediction whether there is such a column
 * @param hasValues whether there is a vector column of all outputs
 * @param numOutputs length of the vectors
 * @param scorer makes predictions of raw ones
 */
public record RegressionValues(boolean hasPrediction, boolean hasValues, int numOutputs, ValueScorer scorer)
        implements OutputValues {

    @Override
    public void append(double[] rawPrediction, List<@Nullable Object> values) {
        if (hasPrediction) {
            values.add(scorer.prediction(rawPrediction));
        }
        if (hasValues) {
            values.add(new DenseVector(scorer.values(rawPrediction)));
        }
    }

    @Override
    public void appendMissing(List<@Nullable Object> values) {
        if (hasPrediction) {
            values.add(Double.NaN);
        }
        if (hasValues) {
            double[] missing = new double[numOutputs];
            Arrays.fill(missing, Double.NaN);
            values.add(new DenseVector(missing));
        }
    }
}
