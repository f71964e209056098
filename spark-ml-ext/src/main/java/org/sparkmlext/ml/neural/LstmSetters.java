package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;
import org.sparkmlext.ml.stage.SeriesSetters;

/**
 * Setters of {@link LstmParams}; each returns the stage itself.
 *
 * @param <E> the estimator itself
 */
public interface LstmSetters<E extends Params> extends NetworkSetters<E>, LstmScoringSetters<E>, SeriesSetters<E> {

    @SuppressWarnings("unchecked")
    default E setStandardization(boolean value) {
        return (E) set(standardization(), value);
    }
}
