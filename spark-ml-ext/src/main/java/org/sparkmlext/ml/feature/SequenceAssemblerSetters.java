package org.sparkmlext.ml.feature;

import org.apache.spark.ml.param.Params;
import org.sparkmlext.ml.stage.SeriesSetters;

/**
 * Setters of {@link SequenceAssemblerParams}; each returns the stage itself.
 *
 * @param <E> the stage itself
 */
public interface SequenceAssemblerSetters<E extends Params> extends SequenceAssemblerParams, SeriesSetters<E> {

    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setInputCols(String[] value) {
        return same(set(inputCols(), value));
    }

    default E setLagCols(String[] value) {
        return same(set(lagCols(), value));
    }

    default E setLags(int[] value) {
        return same(set(lags(), value));
    }

    default E setScaling(String value) {
        return same(set(scaling(), value));
    }

    default E setPadding(String value) {
        return same(set(padding(), value));
    }

    default E setValidationIndicatorCol(String value) {
        return same(set(validationIndicatorCol(), value));
    }

    default E setValidationStart(String value) {
        return same(set(validationStart(), value));
    }

    default E setTestStart(String value) {
        return same(set(testStart(), value));
    }

    default E setSequenceCol(String value) {
        return same(set(sequenceCol(), value));
    }

    default E setLengthCol(String value) {
        return same(set(lengthCol(), value));
    }

    default E setLabelCol(String value) {
        return same(set(labelCol(), value));
    }

    default E setPartCol(String value) {
        return same(set(partCol(), value));
    }

    default E setFilledCol(String value) {
        return same(set(filledCol(), value));
    }

    default E setHandleInvalid(String value) {
        return same(set(handleInvalid(), value));
    }
}
