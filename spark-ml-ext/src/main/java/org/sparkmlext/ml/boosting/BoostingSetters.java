package org.sparkmlext.ml.boosting;

import org.apache.spark.ml.param.Params;

/**
 * Setters of the Params that all boosted estimators have; each returns the estimator itself.
 *
 * @param <E> the estimator itself
 */
public interface BoostingSetters<E extends Params> extends ScoringSetters<E> {

    // Private, as in the interface above: a protected one cannot be had there, and a public one is nobody's business.
    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setObjective(String value) {
        return same(set(objective(), value));
    }

    default E setNumTrees(int value) {
        return same(set(numTrees(), value));
    }

    default E setLearningRate(double value) {
        return same(set(learningRate(), value));
    }

    default E setSubsamplingRate(double value) {
        return same(set(subsamplingRate(), value));
    }

    default E setColsampleByTree(double value) {
        return same(set(colsampleByTree(), value));
    }

    default E setColsampleByLevel(double value) {
        return same(set(colsampleByLevel(), value));
    }

    default E setColsampleByNode(double value) {
        return same(set(colsampleByNode(), value));
    }

    default E setEarlyStoppingRounds(int value) {
        return same(set(earlyStoppingRounds(), value));
    }

    default E setValidationMetric(String value) {
        return same(set(validationMetric(), value));
    }

    default E setTrainingMetricPeriod(int value) {
        return same(set(trainingMetricPeriod(), value));
    }

    default E setBaseMarginCol(String value) {
        return same(set(baseMarginCol(), value));
    }

    default E setGrowPolicy(String value) {
        return same(set(growPolicy(), value));
    }

    default E setMaxLeaves(int value) {
        return same(set(maxLeaves(), value));
    }

    default E setMaxDepth(int value) {
        return same(set(maxDepth(), value));
    }

    default E setMaxBins(int value) {
        return same(set(maxBins(), value));
    }

    default E setLambdaL2(double value) {
        return same(set(lambdaL2(), value));
    }

    default E setLambdaL1(double value) {
        return same(set(lambdaL1(), value));
    }

    default E setMinSplitGain(double value) {
        return same(set(minSplitGain(), value));
    }

    default E setMinChildWeight(double value) {
        return same(set(minChildWeight(), value));
    }

    default E setMinDataInLeaf(int value) {
        return same(set(minDataInLeaf(), value));
    }

    default E setInitialModel(String value) {
        return same(set(initialModel(), value));
    }
}
