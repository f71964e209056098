package org.sparkmlext.ml.stage;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** Which columns a stage reads beside those that Spark's own {@code Predictor} has. */
public interface ColumnParams extends Params {

    /** Plain columns as features, in this order; instead of {@code featuresCol}. */
    default StringArrayParam inputCols() {
        return CheckedParams.ofColumns(
                this,
                "inputCols",
                "numeric, decimal or boolean columns used as features, read by name; null and NaN are missing values. "
                        + "Instead of featuresCol: setting both is an error (default: undefined)");
    }

    default String[] getInputCols() {
        return getOrDefault(inputCols());
    }

    default Param<String> weightCol() {
        return CheckedParams.ofText(
                this,
                "weightCol",
                "column of row weights, finite and >= 0; every row weighs 1 if it is not set (default: undefined)");
    }

    default String getWeightCol() {
        return getOrDefault(weightCol());
    }

    default Param<String> validationIndicatorCol() {
        return CheckedParams.ofText(
                this,
                "validationIndicatorCol",
                "boolean column that is true for rows to validate on and false for rows to train on; all rows train if "
                        + "it is not set (default: undefined)");
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    /** What to do at scoring with a row that no model can take. */
    default Param<String> handleInvalid() {
        return CheckedParams.ofChoice(
                this,
                "handleInvalid",
                "what scoring does with a row whose feature vector is null or which has an infinite feature: error = "
                        + "fail, keep = score it (a null vector as all missing), skip = drop the row. Null and NaN "
                        + "features are missing values and never invalid; training always refuses infinite features",
                ScoringColumns.ERROR,
                ScoringColumns.HANDLE_INVALID);
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    /** The value that stands for a missing feature, beside null. */
    default org.apache.spark.ml.param.DoubleParam missing() {
        return CheckedParams.ofDouble(
                this,
                "missing",
                "feature value that means missing, beside null; turn any other marker into null first",
                "NaN",
                Double.NaN,
                v -> Double.isNaN(v));
    }

    default double getMissing() {
        return (double) getOrDefault(missing());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(ColumnParams stage) {
        stage.setDefault(stage.handleInvalid(), ScoringColumns.ERROR);
        stage.setDefault(stage.missing(), Double.NaN);
    }
}
