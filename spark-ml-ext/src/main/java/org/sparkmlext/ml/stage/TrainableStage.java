package org.sparkmlext.ml.stage;

import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsWritable;

/**
 * Setters of the Params that all trainable stages have; each returns the stage itself.
 *
 * @param <E> the estimator itself
 */
public interface TrainableStage<E extends Params> extends ColumnParams, TrainingParams, DefaultParamsWritable {

    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setInputCols(String[] value) {
        return same(set(inputCols(), value));
    }

    default E setWeightCol(String value) {
        return same(set(weightCol(), value));
    }

    default E setValidationIndicatorCol(String value) {
        return same(set(validationIndicatorCol(), value));
    }

    default E setHandleInvalid(String value) {
        return same(set(handleInvalid(), value));
    }

    default E setMissing(double value) {
        return same(set(missing(), value));
    }

    default E setNumWorkers(int value) {
        return same(set(numWorkers(), value));
    }

    default E setNumThreads(int value) {
        return same(set(numThreads(), value));
    }

    default E setDevice(String value) {
        return same(set(device(), value));
    }

    default E setShardStorage(String value) {
        return same(set(shardStorage(), value));
    }

    default E setSeed(long value) {
        return same(set(seed(), value));
    }
}
