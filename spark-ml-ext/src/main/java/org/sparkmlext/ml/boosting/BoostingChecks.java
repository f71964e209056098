package org.sparkmlext.ml.boosting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.tree.Objective;

/** Checks that boosted estimators share; none of them looks at rows. */
final class BoostingChecks {

    private BoostingChecks() {}

    /**
     * Params against each other and against what is no Param.
     *
     * @param indicator the Param {@code validationIndicatorCol}
     */
    static void check(BoostingParams stage, BoostingObjects<?> objects, Objective objective, Param<String> indicator) {
        stage.depthLimit();
        if (objects.objective() != null && stage.isSet(stage.objective())) {
            throw new IllegalArgumentException(
                    "both objective ('" + stage.getObjective() + "') and a custom objective are "
                            + "set; allowed: one of them. Clear the Param with clear(objective).");
        }
        if (objects.initialModel() != null && !stage.getInitialModel().isEmpty()) {
            throw new IllegalArgumentException("the initial model is given both as an object and as a path ('"
                    + stage.getInitialModel() + "'); allowed: one of them. Clear the Param with clear(initialModel).");
        }
        if (stage.getEarlyStoppingRounds() > 0 && !stage.isSet(indicator)) {
            throw new IllegalArgumentException("earlyStoppingRounds is " + stage.getEarlyStoppingRounds()
                    + " but validationIndicatorCol is not set: there are no rows to watch. Name a boolean column that is "
                    + "true for validation rows, or set earlyStoppingRounds to 0.");
        }
        checkMetric(stage, objects, objective);
    }

    private static void checkMetric(BoostingParams stage, BoostingObjects<?> objects, Objective objective) {
        List<String> allowed = new ArrayList<>(objective.metricNames());
        if (objects.metric() != null) {
            if (allowed.contains(objects.metric().name())) {
                throw new IllegalArgumentException("the custom metric is called '"
                        + objects.metric().name() + "', which is one of objective "
                        + objective.kind().paramValue() + "'s own: " + String.join(", ", allowed)
                        + ". Choose another name.");
            }
            allowed.add(objects.metric().name());
        }
        String asked = stage.getValidationMetric();
        if (asked.equals(BoostingParams.AUTO_METRIC)) {
            if (allowed.isEmpty() && stage.getEarlyStoppingRounds() > 0) {
                throw new IllegalArgumentException("earlyStoppingRounds is " + stage.getEarlyStoppingRounds()
                        + " but a custom objective has no metric of its own to watch. Give one with setCustomMetric.");
            }
        } else if (!allowed.contains(asked)) {
            allowed.add(0, BoostingParams.AUTO_METRIC);
            throw new IllegalArgumentException("validationMetric is '" + asked + "'; allowed with objective "
                    + objective.kind().paramValue() + ": " + String.join(", ", allowed)
                    + ". Set another value of validationMetric.");
        }
    }

    /**
     * Whether a model's training can go on with these columns; compares names where both sides have them.
     *
     * @throws IllegalArgumentException if the features differ; shows both lists
     */
    static void checkSameFeatures(FittedForest initial, TableColumns columns) {
        List<String> names = columns.featuresCol() == null ? columns.inputCols() : columns.vectorNames();
        List<String> trained = initial.forest().featureNames();
        boolean areNamed = initial.hasGivenNames() && !names.isEmpty();
        boolean isOtherLength = !names.isEmpty() && names.size() != trained.size();
        if (isOtherLength || (areNamed && !names.equals(trained))) {
            throw new IllegalArgumentException("the initial model was trained on the features " + trained
                    + "; this data has " + names + ". Training goes on only with the same features in the same order.");
        }
    }

    /** @throws IllegalArgumentException if the initial model has another objective */
    static void checkSameObjective(FittedForest initial, Objective objective) {
        String trained = initial.forest().objective();
        if (!trained.equals(objective.kind().paramValue())) {
            throw new IllegalArgumentException("the initial model was trained with objective " + trained
                    + "; this estimator has objective " + objective.kind().paramValue()
                    + ". Training goes on only with the same objective.");
        }
    }

    /**
     * Whether a model's training can go on with the Param that shapes the objective's loss; a model keeps its own.
     *
     * @throws IllegalArgumentException if the values differ; shows both
     */
    static void checkSameParameter(BoostedRegressorParams initial, BoostedRegressorParams stage, Objective objective) {
        String param;
        Object trained;
        Object wanted;
        switch (objective.kind()) {
            case HUBER -> {
                param = "huberDelta";
                trained = initial.getHuberDelta();
                wanted = stage.getHuberDelta();
            }
            case QUANTILE -> {
                param = "quantileLevels";
                trained = Arrays.toString(initial.getQuantileLevels());
                wanted = Arrays.toString(stage.getQuantileLevels());
            }
            case TWEEDIE -> {
                param = "tweedieVariancePower";
                trained = initial.getTweedieVariancePower();
                wanted = stage.getTweedieVariancePower();
            }
            default -> {
                return;
            }
        }
        if (!trained.equals(wanted)) {
            throw new IllegalArgumentException("the initial model was trained with " + param + " " + trained
                    + "; this estimator has " + wanted + ". Training goes on only with the same: set " + param + " to "
                    + trained + ".");
        }
    }
}
