package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.FittedClassifier;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.tree.Forest;

/**
 * Trees fitted by a {@link BoostedTreesClassifier}. Scores by feature name; see {@link FittedClassifier}.
 *
 * <p>Of two classes under the logistic objective, raw prediction is {@code (-s, s)} with s the log-odds of class 1, and
 * probability of class 1 is {@code 1 / (1 + exp(-s))}. Under softmax, raw prediction is one score s_k a class, and
 * probability is {@code exp(s_k) / sum of exp(s_j)}. Immutable but for its Params; scoring is thread-safe.
 */
public final class BoostedTreesClassificationModel extends FittedClassifier<BoostedTreesClassificationModel>
        implements BoostedTreesModel, BoostedClassifierParams, ScoringSetters<BoostedTreesClassificationModel> {
    private static final long serialVersionUID = 1L;

    private final @Nullable FittedForest fitted;

    /** Without trees; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public BoostedTreesClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesClassifier"));
    }

    /** Without trees, as the constructor without arguments. */
    public BoostedTreesClassificationModel(String uid) {
        this(uid, null);
    }

    BoostedTreesClassificationModel(String uid, @Nullable FittedForest fitted) {
        super(uid);
        this.fitted = fitted;
        BoostedClassifierParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesClassificationModel> read() {
        return new BoostedTreesModelFiles.Reader<>(
                BoostedTreesClassificationModel.class, BoostedTreesClassificationModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static BoostedTreesClassificationModel load(String path) {
        return read().load(path);
    }

    @Override
    public MLWriter write() {
        return new BoostedTreesModelFiles.Writer(this, fittedForest());
    }

    FittedForest fittedForest() {
        return FittedForest.require(fitted, uid());
    }

    @Override
    public Forest forest() {
        return fittedForest().forest();
    }

    @Override
    protected ClassScorer scorer() {
        FittedForest forest = fittedForest();
        return new ForestClassScorer(new ForestScores(forest.encoded(), forest.scoringRounds(getPredictionRounds())));
    }

    @Override
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return LeafColumn.ofClassifier(getLeafCol(), getNumTrees());
    }

    @Override
    protected String baseMarginColumn() {
        return getBaseMarginCol();
    }

    @Override
    public List<String> featureNames() {
        return forest().featureNames();
    }

    @Override
    protected boolean hasGivenNames() {
        return fittedForest().hasGivenNames();
    }

    /** Two where the model has no trees yet. */
    @Override
    public int numClasses() {
        return fitted == null ? 2 : Math.max(2, fitted.forest().numOutputs());
    }

    /** -1 where the model has no trees yet, as Spark's models say it. */
    @Override
    public int numFeatures() {
        return fitted == null ? -1 : super.numFeatures();
    }

    /**
     * Trees of the model, as Spark's own tree models say it: one a class and round of softmax, else one a round, with early
     * stopping up to the best. The Param's value, most rounds to train, is {@code getOrDefault(numTrees())}.
     */
    @Override
    public int getNumTrees() {
        return forest().numTrees();
    }

    @Override
    public boolean hasSummary() {
        return fitted != null && fitted.summary() != null;
    }

    @Override
    public BoostingSummary summary() {
        return fittedForest().summary(uid());
    }

    /** Bytes of memory, about; Spark Connect's model cache of 4.1 asks, which is why 4.0 has nothing to override. */
    public long estimatedSize() {
        return fittedForest().estimatedSize();
    }

    /** See {@code baseMarginCol}; empty for none. */
    public BoostedTreesClassificationModel setBaseMarginCol(String value) {
        set(baseMarginCol(), value);
        return this;
    }

    @Override
    public BoostedTreesClassificationModel copy(ParamMap extra) {
        BoostedTreesClassificationModel copy = copyValues(new BoostedTreesClassificationModel(uid(), fitted), extra);
        copy.setParent(parent());
        return copy;
    }

    @Override
    public String toString() {
        return "BoostedTreesClassificationModel: uid=" + uid()
                + (fitted == null
                        ? ", no trees"
                        : ", objective=" + forest().objective() + ", numTrees=" + getNumTrees() + ", numFeatures="
                                + numFeatures() + ", numClasses=" + numClasses());
    }
}
