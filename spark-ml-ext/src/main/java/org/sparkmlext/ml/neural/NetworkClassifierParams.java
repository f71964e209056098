package org.sparkmlext.ml.neural;

import java.util.Arrays;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.sparkmlext.ml.stage.CheckedParams;

/** What a network for classes has. */
public interface NetworkClassifierParams extends NetworkParams {

    default DoubleParam labelSmoothing() {
        return CheckedParams.ofDouble(
                this,
                "labelSmoothing",
                "share of each label that is spread evenly over all classes",
                "0 <= value < 1",
                0.0,
                v -> v >= 0 && v < 1);
    }

    default double getLabelSmoothing() {
        return (double) getOrDefault(labelSmoothing());
    }

    default DoubleParam focusing() {
        return CheckedParams.ofDouble(
                this,
                "focusing",
                "exponent of the focal loss, which makes rows that are right already count less; 0 = plain cross-entropy",
                ">= 0",
                0.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getFocusing() {
        return (double) getOrDefault(focusing());
    }

    default DoubleArrayParam classWeights() {
        return CheckedParams.ofDoubles(
                this,
                "classWeights",
                "one weight a class, by which the weights of its rows are multiplied, those of validation rows too; "
                        + "empty = all 1",
                "finite numbers >= 0",
                "[]",
                weights -> Arrays.stream(weights).allMatch(w -> w >= 0 && Double.isFinite(w)));
    }

    default double[] getClassWeights() {
        return getOrDefault(classWeights());
    }

    /** Called by the constructors of estimator and model, beside those of what the network reads. */
    static void setDefaults(NetworkClassifierParams stage) {
        stage.setDefault(stage.labelSmoothing(), 0.0);
        stage.setDefault(stage.focusing(), 0.0);
        stage.setDefault(stage.classWeights(), new double[0]);
    }
}
