package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.TrainableClassifier;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.tree.BoostingAlgorithm;

/**
 * Gradient boosted trees for two classes, labels 0 and 1.
 *
 * <p>Histogram-based second-order boosting (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016;
 * leaf-wise growth as Ke et al., "LightGBM", NeurIPS 2017) of the log-loss. Trained by all workers together; the model is
 * the same, bit for bit, whatever their number, the partitioning, or the order of rows.
 *
 * <p>Features are a vector column ({@code featuresCol}) or plain columns ({@code inputCols}). They are compared as
 * float32; NaN and null are missing values, for which every split learns a side. An entry that a sparse vector does not
 * store is 0, not missing.
 *
 * <p>Errors: contradicting Params, missing or wrongly typed columns give an {@link IllegalArgumentException} that names
 * them before any data is read; bad values (labels other than 0 and 1, negative weights, infinite features, no rows, one
 * class only) an {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class BoostedTreesClassifier
        extends TrainableClassifier<BoostedTreesClassifier, BoostedTreesClassificationModel> implements BoostingParams {
    private static final long serialVersionUID = 1L;

    static final int NUM_CLASSES = 2;

    public BoostedTreesClassifier() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesClassifier"));
    }

    public BoostedTreesClassifier(String uid) {
        super(uid);
        BoostingParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static BoostedTreesClassifier load(String path) {
        return read().load(path);
    }

    @Override
    protected TableColumns.LabelKind labelKind() {
        return TableColumns.LabelKind.BINARY;
    }

    @Override
    protected int numClasses() {
        return NUM_CLASSES;
    }

    @Override
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return LeafColumn.ofClassifier(getLeafCol(), getNumTrees());
    }

    @Override
    protected void checkParams() {
        depthLimit();
        if (getEarlyStoppingRounds() > 0 && !isSet(validationIndicatorCol())) {
            throw new IllegalArgumentException("earlyStoppingRounds is " + getEarlyStoppingRounds()
                    + " but validationIndicatorCol is not set: there are no rows to watch. Name a boolean column that is "
                    + "true for validation rows, or set earlyStoppingRounds to 0.");
        }
        if (isDefined(thresholds()) && getThresholds().length != NUM_CLASSES) {
            throw new IllegalArgumentException("thresholds has " + getThresholds().length
                    + " values; allowed: one a class, " + NUM_CLASSES + " in all");
        }
    }

    @Override
    protected BoostedTreesClassificationModel trainChecked(
            Dataset<?> data, TableColumns columns, TrainingListener listener) {
        DistributedTrainer.Result result = DistributedTrainer.train(
                data, columns, new BoostingAlgorithm(boostingSettings(getSeed())), runtimeOptions(), listener);
        EncodedForest forest;
        try {
            forest = EncodedForest.of(result.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the trained model of " + result.bytes().length + " bytes is damaged", e);
        }
        boolean hasGivenNames =
                columns.featuresCol() == null || !columns.vectorNames().isEmpty();
        return new BoostedTreesClassificationModel(
                uid(),
                forest,
                hasGivenNames,
                new BoostingSummary(result.report(), forest.forest().numTrees()));
    }

    public BoostedTreesClassifier setObjective(String value) {
        set(objective(), value);
        return this;
    }

    public BoostedTreesClassifier setNumTrees(int value) {
        set(numTrees(), value);
        return this;
    }

    public BoostedTreesClassifier setLearningRate(double value) {
        set(learningRate(), value);
        return this;
    }

    public BoostedTreesClassifier setSubsamplingRate(double value) {
        set(subsamplingRate(), value);
        return this;
    }

    public BoostedTreesClassifier setColsampleByTree(double value) {
        set(colsampleByTree(), value);
        return this;
    }

    public BoostedTreesClassifier setColsampleByLevel(double value) {
        set(colsampleByLevel(), value);
        return this;
    }

    public BoostedTreesClassifier setColsampleByNode(double value) {
        set(colsampleByNode(), value);
        return this;
    }

    public BoostedTreesClassifier setEarlyStoppingRounds(int value) {
        set(earlyStoppingRounds(), value);
        return this;
    }

    public BoostedTreesClassifier setValidationMetric(String value) {
        set(validationMetric(), value);
        return this;
    }

    public BoostedTreesClassifier setLeafCol(String value) {
        set(leafCol(), value);
        return this;
    }

    public BoostedTreesClassifier setGrowPolicy(String value) {
        set(growPolicy(), value);
        return this;
    }

    public BoostedTreesClassifier setMaxLeaves(int value) {
        set(maxLeaves(), value);
        return this;
    }

    public BoostedTreesClassifier setMaxDepth(int value) {
        set(maxDepth(), value);
        return this;
    }

    public BoostedTreesClassifier setMaxBins(int value) {
        set(maxBins(), value);
        return this;
    }

    public BoostedTreesClassifier setLambdaL2(double value) {
        set(lambdaL2(), value);
        return this;
    }

    public BoostedTreesClassifier setLambdaL1(double value) {
        set(lambdaL1(), value);
        return this;
    }

    public BoostedTreesClassifier setMinSplitGain(double value) {
        set(minSplitGain(), value);
        return this;
    }

    public BoostedTreesClassifier setMinChildWeight(double value) {
        set(minChildWeight(), value);
        return this;
    }

    public BoostedTreesClassifier setMinDataInLeaf(int value) {
        set(minDataInLeaf(), value);
        return this;
    }
}
