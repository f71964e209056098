package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params of {@link LstmParams} that shape scoring, which estimators and models both have; each returns the stage itself.
 *
 * @param <S> the stage itself
 */
public interface LstmScoringSetters<S extends Params> extends LstmParams, NetworkScoringSetters<S> {

    @SuppressWarnings("unchecked")
    default S setSequenceCol(String value) {
        return (S) set(sequenceCol(), value);
    }
}
