package org.sparkmlext.ml.boosting;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params that shape scoring, which boosted estimators and models both have; each returns the stage itself.
 *
 * @param <S> the stage itself
 */
public interface ScoringSetters<S extends Params> extends BoostingParams {

    @SuppressWarnings("unchecked")
    private S same(Params changed) {
        return (S) changed;
    }

    default S setLeafCol(String value) {
        return same(set(leafCol(), value));
    }

    default S setPredictionRounds(int value) {
        return same(set(predictionRounds(), value));
    }
}
