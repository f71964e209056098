package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.GrowPolicy;

/** The shape of one tree: how it grows and when it stops. */
public interface TreeParams extends Params {

    /** What {@code growPolicy} may be. */
    List<String> GROW_POLICIES = List.of(GrowPolicy.LEAFWISE.paramValue(), GrowPolicy.DEPTHWISE.paramValue());

    /** {@code maxDepth} of depth-wise growth where it is not set (as XGBoost). */
    int DEPTHWISE_MAX_DEPTH = 6;

    default Param<String> growPolicy() {
        return CheckedParams.ofChoice(
                this,
                "growPolicy",
                "which leaf is split next; leafwise = the one of the largest gain, depthwise = level by level",
                "leafwise",
                GROW_POLICIES);
    }

    default String getGrowPolicy() {
        return getOrDefault(growPolicy());
    }

    default IntParam maxLeaves() {
        return CheckedParams.ofInt(
                this,
                "maxLeaves",
                "most leaves of a tree; 0 = no limit. Not set under depthwise growth: no limit",
                "0 or >= 2",
                63,
                v -> v == 0 || v >= 2);
    }

    default int getMaxLeaves() {
        return (int) getOrDefault(maxLeaves());
    }

    default IntParam maxDepth() {
        return CheckedParams.ofInt(
                this,
                "maxDepth",
                "deepest level of a leaf, the root being level 0; -1 = no limit. Not set under depthwise growth: 6",
                "-1 or >= 1",
                -1,
                v -> v == -1 || v >= 1);
    }

    default int getMaxDepth() {
        return (int) getOrDefault(maxDepth());
    }

    default IntParam maxBins() {
        return CheckedParams.ofInt(
                this,
                "maxBins",
                "most value bins of a feature; missing values have a bin of their own",
                "2 to 65535",
                255,
                v -> v >= 2 && v <= BoostingSettings.MAX_BINS);
    }

    default int getMaxBins() {
        return (int) getOrDefault(maxBins());
    }

    default DoubleParam lambdaL2() {
        return CheckedParams.ofDouble(
                this, "lambdaL2", "L2 penalty of leaf values", ">= 0", 1.0, v -> v >= 0 && Double.isFinite(v));
    }

    default double getLambdaL2() {
        return (double) getOrDefault(lambdaL2());
    }

    default DoubleParam lambdaL1() {
        return CheckedParams.ofDouble(
                this, "lambdaL1", "L1 penalty of leaf values", ">= 0", 0.0, v -> v >= 0 && Double.isFinite(v));
    }

    default double getLambdaL1() {
        return (double) getOrDefault(lambdaL1());
    }

    default DoubleParam minSplitGain() {
        return CheckedParams.ofDouble(
                this,
                "minSplitGain",
                "a split must reduce the regularised loss by more than this",
                ">= 0",
                0.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getMinSplitGain() {
        return (double) getOrDefault(minSplitGain());
    }

    default DoubleParam minChildWeight() {
        return CheckedParams.ofDouble(
                this,
                "minChildWeight",
                "smallest sum of hessians in a child",
                ">= 0",
                1.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getMinChildWeight() {
        return (double) getOrDefault(minChildWeight());
    }

    default IntParam minDataInLeaf() {
        return CheckedParams.ofInt(
                this, "minDataInLeaf", "smallest number of training rows in a child", ">= 1", 1, v -> v >= 1);
    }

    default int getMinDataInLeaf() {
        return (int) getOrDefault(minDataInLeaf());
    }

    /**
     * The limit of depth in force.
     *
     * <p>The defaults of maxLeaves and maxDepth are made for leaf-wise growth. Depth-wise, a limit that is not set is 6
     * levels for maxDepth and none for maxLeaves; an explicit maxDepth of -1 stands if maxLeaves is set.
     *
     * @throws IllegalArgumentException if nothing limits the tree
     */
    default int depthLimit() {
        boolean isDepthwise = GrowPolicy.of(getGrowPolicy()) == GrowPolicy.DEPTHWISE;
        int depth = isDepthwise && !isSet(maxDepth()) ? DEPTHWISE_MAX_DEPTH : getMaxDepth();
        if (depth == -1 && leafLimit() == 0) {
            throw new IllegalArgumentException("maxDepth is -1 (no limit) and maxLeaves is "
                    + (isSet(maxLeaves()) ? "0 (no limit)" : "not set, which under growPolicy depthwise is no limit")
                    + ": a tree would grow without end. Set maxDepth >= 1 or maxLeaves >= 2.");
        }
        return depth;
    }

    /** The limit of leaves in force, 0 = none; see {@link #depthLimit}. */
    default int leafLimit() {
        boolean isDepthwise = GrowPolicy.of(getGrowPolicy()) == GrowPolicy.DEPTHWISE;
        return isDepthwise && !isSet(maxLeaves()) ? 0 : getMaxLeaves();
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(TreeParams stage) {
        stage.setDefault(stage.growPolicy(), "leafwise");
        stage.setDefault(stage.maxLeaves(), 63);
        stage.setDefault(stage.maxDepth(), -1);
        stage.setDefault(stage.maxBins(), 255);
        stage.setDefault(stage.lambdaL2(), 1.0);
        stage.setDefault(stage.lambdaL1(), 0.0);
        stage.setDefault(stage.minSplitGain(), 0.0);
        stage.setDefault(stage.minChildWeight(), 1.0);
        stage.setDefault(stage.minDataInLeaf(), 1);
    }
}
