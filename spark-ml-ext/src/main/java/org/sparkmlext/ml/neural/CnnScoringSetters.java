package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params of {@link CnnParams} that shape scoring, which estimators and models both have; each returns the stage itself.
 *
 * @param <S> the stage itself
 */
public interface CnnScoringSetters<S extends Params> extends CnnParams, NetworkScoringSetters<S> {

    @SuppressWarnings("unchecked")
    default S setImageCol(String value) {
        return (S) set(imageCol(), value);
    }
}
