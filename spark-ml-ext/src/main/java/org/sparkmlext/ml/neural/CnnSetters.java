package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of {@link CnnParams}; each returns the stage itself.
 *
 * @param <E> the estimator itself
 */
public interface CnnSetters<E extends Params> extends NetworkSetters<E>, CnnScoringSetters<E> {

    @SuppressWarnings("unchecked")
    default E setAugmentation(String value) {
        return (E) set(augmentation(), value);
    }
}
