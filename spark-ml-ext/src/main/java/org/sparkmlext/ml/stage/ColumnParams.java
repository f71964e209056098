package org.sparkmlext.ml.stage;

import org.apache.spark.ml.param.DoubleParam;
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
                "numeric, decimal or boolean columns used as features, read by name; null, NaN and the value of missing are missing values. "
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
                        + "fail, keep = score it (a null vector as all missing), skip = drop the row. Null, NaN and the "
                        + "value of missing are missing values and never invalid; training always refuses other infinite "
                        + "features",
                ScoringColumns.ERROR,
                ScoringColumns.HANDLE_INVALID);
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    /**
     * The feature value that means missing. The contract, at training and at scoring alike, for {@code featuresCol} and
     * {@code inputCols}, after rounding to float32:
     *
     * <ul>
     *   <li>null and NaN are always missing;
     *   <li>what equals {@code missing} is missing: each float32 value may be chosen, infinite ones too; -0.0 equals 0.0;
     *   <li>an entry that a sparse vector does not store is 0.0, as if it were stored: a number, or missing where
     *       {@code missing} is 0.0.
     * </ul>
     */
    default DoubleParam missing() {
        return CheckedParams.ofDouble(
                this,
                "missing",
                "feature value that means missing, beside null and NaN; compared as float32, -0.0 equals 0.0. With 0.0, "
                        + "entries that sparse vectors do not store are missing too",
                "a number of float32's range, Infinity, -Infinity or NaN",
                Double.NaN,
                v -> Double.isInfinite(v) || !Float.isInfinite((float) v));
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
