package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Params;

/**
 * Setters of {@link NetworkParams}; each returns the stage itself.
 *
 * @param <E> the estimator itself
 */
public interface NetworkSetters<E extends Params> extends NetworkScoringSetters<E> {

    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setNetwork(String value) {
        return same(set(network(), value));
    }

    /** Sets {@code network} to the network's JSON. */
    default E setNetwork(Network value) {
        return setNetwork(value.toJson());
    }

    default E setBatchSize(int value) {
        return same(set(batchSize(), value));
    }

    default E setMaxEpochs(int value) {
        return same(set(maxEpochs(), value));
    }

    default E setLearningRate(double value) {
        return same(set(learningRate(), value));
    }

    default E setOptimizer(String value) {
        return same(set(optimizer(), value));
    }

    default E setMomentum(double value) {
        return same(set(momentum(), value));
    }

    default E setWeightDecay(double value) {
        return same(set(weightDecay(), value));
    }

    default E setSchedule(String value) {
        return same(set(schedule(), value));
    }

    default E setPrecision(String value) {
        return same(set(precision(), value));
    }

    default E setClipNorm(double value) {
        return same(set(clipNorm(), value));
    }

    default E setClipValue(double value) {
        return same(set(clipValue(), value));
    }

    default E setValidationMetric(String value) {
        return same(set(validationMetric(), value));
    }

    default E setEarlyStoppingRounds(int value) {
        return same(set(earlyStoppingRounds(), value));
    }

    default E setFreezeUntil(String value) {
        return same(set(freezeUntil(), value));
    }

    default E setInitialModel(String value) {
        return same(set(initialModel(), value));
    }

    default E setCheckpointDir(String value) {
        return same(set(checkpointDir(), value));
    }

    default E setCheckpointInterval(int value) {
        return same(set(checkpointInterval(), value));
    }
}
