package org.sparkmlext.ml.stage;

import org.apache.spark.ml.param.Params;

/**
 * Setters of {@link SeriesParams}; each returns the stage itself.
 *
 * @param <E> the stage itself
 */
public interface SeriesSetters<E extends Params> extends SeriesParams {

    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setEntityCol(String value) {
        return same(set(entityCol(), value));
    }

    default E setTimeCol(String value) {
        return same(set(timeCol(), value));
    }

    default E setTargetCols(String[] value) {
        return same(set(targetCols(), value));
    }

    default E setWindowLength(int value) {
        return same(set(windowLength(), value));
    }

    default E setHorizon(int value) {
        return same(set(horizon(), value));
    }

    default E setStride(int value) {
        return same(set(stride(), value));
    }

    default E setFrequency(String value) {
        return same(set(frequency(), value));
    }

    default E setGaps(String value) {
        return same(set(gaps(), value));
    }

    default E setDuplicates(String value) {
        return same(set(duplicates(), value));
    }

    default E setShortSeries(String value) {
        return same(set(shortSeries(), value));
    }
}
