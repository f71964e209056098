package org.sparkmlext.tree;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.BinLayout;

/**
 * Everything that decides a boosted model beside the data, and how often its training is measured. See the Params of the same names for meaning and range; they
 * are checked there.
 *
 * @param objective what is minimised
 * @param numTrees most rounds, each of one tree an output
 * @param maxDepth deepest level of a leaf, the root being 0; -1 = no limit
 * @param maxLeaves most leaves of a tree; 0 = no limit
 * @param growPolicy which leaf is split next
 * @param learningRate factor of each tree
 * @param maxBins most value bins of a feature, 2 to 65,535
 * @param lambdaL2 L2 penalty of leaf values
 * @param lambdaL1 L1 penalty of leaf values
 * @param minSplitGain a split must gain more
 * @param minChildWeight smallest hessian sum of a child
 * @param minDataInLeaf smallest number of rows of a child
 * @param subsamplingRate share of rows a tree sees
 * @param colsampleByTree share of columns a tree sees
 * @param colsampleByLevel share of the tree's columns a level sees
 * @param colsampleByNode share of the level's columns a node sees
 * @param earlyStoppingRounds rounds without improvement after which training stops; 0 = never
 * @param validationMetric metric of early stopping: one of {@link Objective#metricNames}, the custom metric's name, or
 *     {@code auto} for the first of them
 * @param trainingMetricPeriod every how many rounds the metrics of the training rows are measured; 0 = never. Decides nothing about
 *     the model
 * @param customMetric a user's own metric, reported beside the objective's; null for none
 * @param initialModel a forest in its file's bytes whose training goes on, its trees staying in front; null for none
 * @param seed decides every sampling
 */
public record BoostingSettings(
        Objective objective,
        int numTrees,
        int maxDepth,
        int maxLeaves,
        GrowPolicy growPolicy,
        double learningRate,
        int maxBins,
        double lambdaL2,
        double lambdaL1,
        double minSplitGain,
        double minChildWeight,
        int minDataInLeaf,
        double subsamplingRate,
        double colsampleByTree,
        double colsampleByLevel,
        double colsampleByNode,
        int earlyStoppingRounds,
        String validationMetric,
        int trainingMetricPeriod,
        @Nullable CustomMetric customMetric,
        byte @Nullable [] initialModel,
        long seed)
        implements Serializable {

    /** Most value bins of a feature. */
    public static final int MAX_BINS = BinLayout.MAX_VALUE_BINS;

    /** The same with another number of rounds. */
    BoostingSettings withNumTrees(int rounds) {
        return new BoostingSettings(
                objective,
                rounds,
                maxDepth,
                maxLeaves,
                growPolicy,
                learningRate,
                maxBins,
                lambdaL2,
                lambdaL1,
                minSplitGain,
                minChildWeight,
                minDataInLeaf,
                subsamplingRate,
                colsampleByTree,
                colsampleByLevel,
                colsampleByNode,
                earlyStoppingRounds,
                validationMetric,
                trainingMetricPeriod,
                customMetric,
                initialModel,
                seed);
    }
}
