package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.GrowPolicy;
import org.sparkmlext.tree.Objective;

/** How many trees there are, what each of them sees, and when training stops. */
public interface BoostingParams extends TreeParams {

    /** What {@code objective} may be. */
    List<String> OBJECTIVES = List.of("logistic");

    /** What {@code validationMetric} may be. */
    List<String> VALIDATION_METRICS = List.of("logloss", "error");

    default Param<String> objective() {
        return CheckedParams.ofChoice(
                this,
                "objective",
                "loss that is minimised; logistic = log-loss of two classes",
                "logistic",
                OBJECTIVES);
    }

    default String getObjective() {
        return getOrDefault(objective());
    }

    default IntParam numTrees() {
        return CheckedParams.ofInt(this, "numTrees", "most trees, one a round", ">= 1", 100, v -> v >= 1);
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
        return CheckedParams.ofChoice(
                this,
                "validationMetric",
                "metric that early stopping watches, smaller being better; logloss = mean log-loss, error = share of wrong classes",
                "logloss",
                VALIDATION_METRICS);
    }

    default String getValidationMetric() {
        return getOrDefault(validationMetric());
    }

    /** Output column of leaf numbers. */
    default Param<String> leafCol() {
        return CheckedParams.ofText(
                this,
                "leafCol",
                "output column: vector of the leaf that the row falls into, one entry a tree, leaves numbered from 0 from "
                        + "left to right; empty = none (text; default )");
    }

    default String getLeafCol() {
        return getOrDefault(leafCol());
    }

    /**
     * These Params as the algorithm takes them.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    default BoostingSettings boostingSettings(long seed) {
        return new BoostingSettings(
                Objective.of(Objective.Kind.of(getObjective())),
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
                null,
                null,
                seed);
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(BoostingParams stage) {
        TreeParams.setDefaults(stage);
        stage.setDefault(stage.objective(), "logistic");
        stage.setDefault(stage.numTrees(), 100);
        stage.setDefault(stage.learningRate(), 0.1);
        stage.setDefault(stage.subsamplingRate(), 1.0);
        stage.setDefault(stage.colsampleByTree(), 1.0);
        stage.setDefault(stage.colsampleByLevel(), 1.0);
        stage.setDefault(stage.colsampleByNode(), 1.0);
        stage.setDefault(stage.earlyStoppingRounds(), 0);
        stage.setDefault(stage.validationMetric(), "logloss");
        stage.setDefault(stage.leafCol(), "");
    }
}
