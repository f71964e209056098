package org.sparkmlext.ml.neural;

import java.util.List;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;

/** What a network for numbers has. */
public interface NetworkRegressorParams extends NetworkParams {

    default Param<String> loss() {
        return CheckedParams.ofChoice(
                this,
                "loss",
                "what is minimised, a mean over targets; mse = squared error, which predicts the mean, mae = absolute error, "
                        + "which predicts the median, huber = half the squared error up to huberDelta and linear beyond, quantile = the "
                        + "pinball loss of each of quantiles",
                "mse",
                List.of("mse", "mae", "huber", "quantile"));
    }

    default String getLoss() {
        return getOrDefault(loss());
    }

    default DoubleParam huberDelta() {
        return CheckedParams.ofDouble(
                this,
                "huberDelta",
                "error from which on huber counts linearly, in the label's unit, or in deviations of it where targets are standardised",
                "> 0, finite as float32",
                1.0,
                v -> (float) v > 0 && Float.isFinite((float) v));
    }

    default double getHuberDelta() {
        return (double) getOrDefault(huberDelta());
    }

    default DoubleArrayParam quantiles() {
        return CheckedParams.ofDoubles(
                this,
                "quantiles",
                "levels that loss quantile learns of each target; others pay no attention",
                "above 0 and below 1, each above the one before, at least one",
                "[0.1, 0.5, 0.9]",
                QuantileLevels::areLevels);
    }

    default double[] getQuantiles() {
        return getOrDefault(quantiles());
    }

    default Param<String> predictionsCol() {
        return CheckedParams.ofText(
                this,
                "predictionsCol",
                "output column: vector of the predictions of all targets, of each its quantiles in ascending order, where predictionCol "
                        + "has that of the first, the quantile nearest to 0.5; must be set where labels are vectors or arrays; empty = none (text; "
                        + "default empty)");
    }

    default String getPredictionsCol() {
        return getOrDefault(predictionsCol());
    }

    @Override
    default Param<String> validationMetric() {
        return CheckedParams.ofChoice(
                this,
                "validationMetric",
                "which metric, of the validation rows where there are any, says which epoch is the best; rmse = root of the "
                        + "mean squared error, mae = mean absolute error, both over rows and targets and not with loss quantile",
                "loss",
                List.of("loss", "rmse", "mae"));
    }

    /** Called by the constructors of estimator and model, beside those of what the network reads. */
    static void setDefaults(NetworkRegressorParams stage) {
        stage.setDefault(stage.loss(), "mse");
        stage.setDefault(stage.huberDelta(), 1.0);
        stage.setDefault(stage.quantiles(), new double[] {0.1, 0.5, 0.9});
        stage.setDefault(stage.predictionsCol(), "");
    }
}
