package org.sparkmlext.ml.boosting;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.CustomMetric;
import org.sparkmlext.tree.GrowPolicy;
import org.sparkmlext.tree.Objective;

/** How many trees there are, what each of them sees, and when training stops. */
public interface BoostingParams extends TreeParams {

    /** {@code validationMetric} where the objective's own loss is watched. */
    String AUTO_METRIC = "auto";

    /** What is minimised; which ones there are depends on the estimator. */
    Param<String> objective();

    default String getObjective() {
        return getOrDefault(objective());
    }

    default IntParam numTrees() {
        return CheckedParams.ofInt(
                this,
                "numTrees",
                "most rounds of training, each of one tree a raw score (one a class of softmax, one a quantile level, else one); "
                        + "with an initial model, rounds in addition to its own",
                ">= 1",
                100,
                v -> v >= 1);
    }

    default int getNumTrees() {
        return (int) getOrDefault(numTrees());
    }

    default DoubleParam learningRate() {
        return CheckedParams.ofDouble(
                this, "learningRate", "factor by which each tree counts", "0 < value <= 1", 0.1, v -> v > 0 && v <= 1);
    }

    default double getLearningRate() {
        return (double) getOrDefault(learningRate());
    }

    default DoubleParam subsamplingRate() {
        return CheckedParams.ofDouble(
                this,
                "subsamplingRate",
                "share of the training rows that each tree sees, drawn by row content and seed",
                "0 < value <= 1",
                1.0,
                v -> v > 0 && v <= 1);
    }

    default double getSubsamplingRate() {
        return (double) getOrDefault(subsamplingRate());
    }

    default DoubleParam colsampleByTree() {
        return CheckedParams.ofDouble(
                this,
                "colsampleByTree",
                "share of the columns that each tree sees",
                "0 < value <= 1",
                1.0,
                v -> v > 0 && v <= 1);
    }

    default double getColsampleByTree() {
        return (double) getOrDefault(colsampleByTree());
    }

    default DoubleParam colsampleByLevel() {
        return CheckedParams.ofDouble(
                this,
                "colsampleByLevel",
                "share of the tree's columns that each level sees",
                "0 < value <= 1",
                1.0,
                v -> v > 0 && v <= 1);
    }

    default double getColsampleByLevel() {
        return (double) getOrDefault(colsampleByLevel());
    }

    default DoubleParam colsampleByNode() {
        return CheckedParams.ofDouble(
                this,
                "colsampleByNode",
                "share of the level's columns that each node sees",
                "0 < value <= 1",
                1.0,
                v -> v > 0 && v <= 1);
    }

    default double getColsampleByNode() {
        return (double) getOrDefault(colsampleByNode());
    }

    default IntParam earlyStoppingRounds() {
        return CheckedParams.ofInt(
                this,
                "earlyStoppingRounds",
                "training stops after so many rounds without a better validationMetric, and the model keeps the trees up to the best round; 0 = never. Needs validationIndicatorCol",
                ">= 0",
                0,
                v -> v >= 0);
    }

    default int getEarlyStoppingRounds() {
        return (int) getOrDefault(earlyStoppingRounds());
    }

    default Param<String> validationMetric() {
        return CheckedParams.ofText(
                this,
                "validationMetric",
                "metric that early stopping watches: auto = the objective's own loss, else one of the objective's metrics "
                        + "or the name of a custom metric (text; default auto)");
    }

    default String getValidationMetric() {
        return getOrDefault(validationMetric());
    }

    default IntParam trainingMetricPeriod() {
        return CheckedParams.ofInt(
                this,
                "trainingMetricPeriod",
                "every how many rounds the metrics of the training rows are measured, which costs a few per cent of a fit; "
                        + "0 = never. Changes neither the model nor what is measured on validation rows",
                ">= 0",
                1,
                v -> v >= 0);
    }

    default int getTrainingMetricPeriod() {
        return (int) getOrDefault(trainingMetricPeriod());
    }

    /** Output column of leaf numbers. */
    default Param<String> leafCol() {
        return CheckedParams.ofText(
                this,
                "leafCol",
                "output column: a vector with the number of the leaf that the row falls into, one entry a tree, leaves "
                        + "counted from 0 and from left to right; empty = none (text; default empty)");
    }

    default String getLeafCol() {
        return getOrDefault(leafCol());
    }

    /** Where raw scores start. */
    default Param<String> baseMarginCol() {
        return CheckedParams.ofText(
                this,
                "baseMarginCol",
                "column of raw scores (before the link) that training starts from in place of a constant, and that scoring "
                        + "adds: a number, or an array or vector of one number an output; empty = none (text; default empty)");
    }

    default String getBaseMarginCol() {
        return getOrDefault(baseMarginCol());
    }

    /** Path of a model whose training goes on. */
    default Param<String> initialModel() {
        return CheckedParams.ofText(
                this,
                "initialModel",
                "path of a saved model of the same features and objective whose training goes on: its trees stay in "
                        + "front; empty = none (text; default empty)");
    }

    default String getInitialModel() {
        return getOrDefault(initialModel());
    }

    /** Staged prediction. */
    default IntParam predictionRounds() {
        return CheckedParams.ofInt(
                this,
                "predictionRounds",
                "rounds whose trees score, counted from the first one, which shows the model as it was after so many "
                        + "rounds; 0, or more than there are = all",
                ">= 0",
                0,
                v -> v >= 0);
    }

    default int getPredictionRounds() {
        return (int) getOrDefault(predictionRounds());
    }

    /**
     * These Params as the algorithm takes them.
     *
     * @param objective what is minimised
     * @param metric a user's own metric, or null
     * @param initialModel the bytes of a forest to go on from, or null
     * @throws IllegalArgumentException if Params contradict each other
     */
    default BoostingSettings boostingSettings(
            Objective objective, @Nullable CustomMetric metric, byte @Nullable [] initialModel, long seed) {
        return new BoostingSettings(
                objective,
                getNumTrees(),
                depthLimit(),
                leafLimit(),
                GrowPolicy.of(getGrowPolicy()),
                getLearningRate(),
                getMaxBins(),
                getLambdaL2(),
                getLambdaL1(),
                getMinSplitGain(),
                getMinChildWeight(),
                getMinDataInLeaf(),
                getSubsamplingRate(),
                getColsampleByTree(),
                getColsampleByLevel(),
                getColsampleByNode(),
                getEarlyStoppingRounds(),
                getValidationMetric(),
                getTrainingMetricPeriod(),
                metric,
                initialModel,
                seed);
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(BoostingParams stage) {
        TreeParams.setDefaults(stage);
        stage.setDefault(stage.numTrees(), 100);
        stage.setDefault(stage.learningRate(), 0.1);
        stage.setDefault(stage.subsamplingRate(), 1.0);
        stage.setDefault(stage.colsampleByTree(), 1.0);
        stage.setDefault(stage.colsampleByLevel(), 1.0);
        stage.setDefault(stage.colsampleByNode(), 1.0);
        stage.setDefault(stage.earlyStoppingRounds(), 0);
        stage.setDefault(stage.validationMetric(), AUTO_METRIC);
        stage.setDefault(stage.trainingMetricPeriod(), 1);
        stage.setDefault(stage.leafCol(), "");
        stage.setDefault(stage.baseMarginCol(), "");
        stage.setDefault(stage.initialModel(), "");
        stage.setDefault(stage.predictionRounds(), 0);
    }
}
