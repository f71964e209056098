package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params of {@link CnnParams} that shape scoring, which estimators and models both have; each returns the stage itself.
 *
 * @param <S> the stage itself
 */
public interface CnnScoringSetters<S extends Params> extends CnnParams {

    @SuppressWarnings("unchecked")
    private S same(Params changed) {
        return (S) changed;
    }

    default S setImageCol(String value) {
        return same(set(imageCol(), value));
    }

    default S setEmbeddingsCol(String value) {
        return same(set(embeddingsCol(), value));
    }

    default S setEmbeddingsLayer(String value) {
        return same(set(embeddingsLayer(), value));
    }
}
