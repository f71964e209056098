package org.sparkmlext.ml.boosting;

import java.io.Serializable;
import org.apache.spark.ml.util.MLWriter;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.tree.CustomMetric;
import org.sparkmlext.tree.CustomObjective;
import org.sparkmlext.tree.RowFunction;

/**
 * What an estimator was given that is no Param, because no text can hold it: a user's own loss and metric, a model to go on
 * from. Immutable; copies of the estimator share it.
 *
 * @param <M> class of the model
 */
record BoostingObjects<M>(
        @Nullable CustomObjective objective,
        @Nullable CustomMetric metric,
        @Nullable M initialModel) implements Serializable {

    static <M> BoostingObjects<M> none() {
        return new BoostingObjects<>(null, null, null);
    }

    BoostingObjects<M> withObjective(RowFunction gradient, RowFunction hessian) {
        return new BoostingObjects<>(new CustomObjective(gradient, hessian), metric, initialModel);
    }

    /** @throws IllegalArgumentException if the name is empty or one that {@code validationMetric} has a meaning for */
    BoostingObjects<M> withMetric(String name, RowFunction function) {
        if (name.isBlank() || name.equals(BoostingParams.AUTO_METRIC)) {
            throw new IllegalArgumentException(
                    "the custom metric's name is '" + name + "'; allowed: any text but blanks" + " and '"
                            + BoostingParams.AUTO_METRIC + "'. Choose another name.");
        }
        return new BoostingObjects<>(objective, new CustomMetric(name, function), initialModel);
    }

    BoostingObjects<M> withInitialModel(M model) {
        return new BoostingObjects<>(objective, metric, model);
    }

    /**
     * Passes a writer on.
     *
     * @throws IllegalStateException if something would be lost in saving the estimator
     */
    MLWriter savedBy(MLWriter writer, String uid) {
        String unsavable = objective != null
                ? "a custom objective"
                : metric != null ? "a custom metric" : initialModel != null ? "an initial model object" : null;
        if (unsavable != null) {
            throw new IllegalStateException(
                    "estimator " + uid + " has " + unsavable + ", which cannot be saved with it. "
                            + "Save the fitted model instead"
                            + (initialModel == null
                                    ? "."
                                    : ", or save the initial model and set the Param initialModel to its path."));
        }
        return writer;
    }
}
