package org.sparkmlext.ml.boosting;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.tree.Objective;

/** What only boosted regressors have. */
public interface BoostedRegressorParams extends BoostingParams {

    /** What {@code objective} may be. */
    List<String> OBJECTIVES = List.of("squared", "absolute", "huber", "quantile", "poisson", "gamma", "tweedie");

    @Override
    default Param<String> objective() {
        return CheckedParams.ofChoice(
                this,
                "objective",
                "loss that is minimised; squared predicts the mean, absolute the median, huber the mean of all but far "
                        + "rows, quantile the quantileLevels, poisson the mean of counts, gamma and tweedie that of "
                        + "positive or non-negative amounts",
                "squared",
                OBJECTIVES);
    }

    default DoubleParam huberDelta() {
        return CheckedParams.ofDouble(
                this,
                "huberDelta",
                "error from which on huber counts linearly, in the label's unit",
                "> 0",
                1.0,
                v -> v > 0 && Double.isFinite(v));
    }

    default double getHuberDelta() {
        return (double) getOrDefault(huberDelta());
    }

    default DoubleArrayParam quantileLevels() {
        return CheckedParams.ofDoubles(
                this,
                "quantileLevels",
                "levels that quantile predicts, one raw score each",
                "strictly ascending numbers between 0 and 1",
                "[0.5]",
                BoostedRegressorParams::areLevels);
    }

    private static boolean areLevels(double[] levels) {
        double before = 0;
        for (double level : levels) {
            if (!(level > before && level < 1)) {
                return false;
            }
            before = level;
        }
        return levels.length > 0;
    }

    default double[] getQuantileLevels() {
        return getOrDefault(quantileLevels());
    }

    default DoubleParam tweedieVariancePower() {
        return CheckedParams.ofDouble(
                this,
                "tweedieVariancePower",
                "power p of tweedie: the variance of a label grows as its mean to the p",
                "1 < value < 2",
                1.5,
                v -> v > 1 && v < 2);
    }

    default double getTweedieVariancePower() {
        return (double) getOrDefault(tweedieVariancePower());
    }

    /** Output column of all quantiles. */
    default Param<String> quantilesCol() {
        return CheckedParams.ofText(
                this,
                "quantilesCol",
                "output column of objective quantile: vector of the predictions at all quantileLevels, in their order; "
                        + "empty = none (text; default empty)");
    }

    default String getQuantilesCol() {
        return getOrDefault(quantilesCol());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(BoostedRegressorParams stage) {
        BoostingParams.setDefaults(stage);
        stage.setDefault(stage.objective(), "squared");
        stage.setDefault(stage.huberDelta(), 1.0);
        stage.setDefault(stage.quantileLevels(), new double[] {0.5});
        stage.setDefault(stage.tweedieVariancePower(), 1.5);
        stage.setDefault(stage.quantilesCol(), "");
    }

    /** The objective that the Params name. */
    default Objective namedObjective() {
        Objective.Kind kind = Objective.Kind.of(getObjective());
        return switch (kind) {
            case HUBER -> Objective.of(kind, List.of(getHuberDelta()));
            case QUANTILE ->
                Objective.of(kind, Arrays.stream(getQuantileLevels()).boxed().toList());
            case TWEEDIE -> Objective.of(kind, List.of(getTweedieVariancePower()));
            default -> Objective.of(kind);
        };
    }
}
