package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;

/** What only boosted classifiers have. */
public interface BoostedClassifierParams extends BoostingParams {

    /** What {@code objective} may be. */
    List<String> OBJECTIVES = List.of("auto", "logistic", "softmax");

    @Override
    default Param<String> objective() {
        return CheckedParams.ofChoice(
                this,
                "objective",
                "loss that is minimised; logistic = log-loss of two classes, softmax = cross-entropy of any number of "
                        + "classes, auto = logistic for two classes, softmax for more",
                "auto",
                OBJECTIVES);
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

    /** Called by the constructors of estimator and model. */
    static void setDefaults(BoostedClassifierParams stage) {
        BoostingParams.setDefaults(stage);
        stage.setDefault(stage.objective(), "auto");
        stage.setDefault(stage.classWeights(), new double[0]);
    }
}
