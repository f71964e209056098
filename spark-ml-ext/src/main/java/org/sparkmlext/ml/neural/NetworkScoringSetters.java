package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params of {@link NetworkParams} that shape scoring, which estimators and models both have; each returns the stage
 * itself.
 *
 * @param <S> the stage itself
 */
public interface NetworkScoringSetters<S extends Params> extends NetworkParams {

    @SuppressWarnings("unchecked")
    default S setEmbeddingsCol(String value) {
        return (S) set(embeddingsCol(), value);
    }

    @SuppressWarnings("unchecked")
    default S setEmbeddingsLayer(String value) {
        return (S) set(embeddingsLayer(), value);
    }
}
