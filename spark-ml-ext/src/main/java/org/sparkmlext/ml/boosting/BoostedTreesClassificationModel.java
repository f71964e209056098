package org.sparkmlext.ml.boosting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
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
 * <p>Raw prediction is {@code (-s, s)} with s the log-odds of class 1, probability of class 1 is
 * {@code 1 / (1 + exp(-s))}. Immutable but for its Params; scoring is thread-safe.
 */
public final class BoostedTreesClassificationModel extends FittedClassifier<BoostedTreesClassificationModel>
        implements BoostingParams {
    private static final long serialVersionUID = 1L;

    private final @Nullable EncodedForest forest;
    private final boolean hasGivenNames;
    private final transient @Nullable BoostingSummary summary;

    /** Without trees; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public BoostedTreesClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesClassifier"));
    }

    /** Without trees, as the constructor without arguments. */
    public BoostedTreesClassificationModel(String uid) {
        this(uid, null, false, null);
    }

    BoostedTreesClassificationModel(
            String uid, @Nullable EncodedForest forest, boolean hasGivenNames, @Nullable BoostingSummary summary) {
        super(uid);
        this.forest = forest;
        this.hasGivenNames = hasGivenNames;
        this.summary = summary;
        BoostingParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesClassificationModel> read() {
        return new BoostedTreesModelFiles.Reader();
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
        return new BoostedTreesModelFiles.Writer(this);
    }

    EncodedForest encodedForest() {
        if (forest == null) {
            throw new IllegalStateException(
                    "model " + uid() + " has no trees: it was constructed, not fitted or loaded. "
                            + "Use BoostedTreesClassifier.fit or BoostedTreesClassificationModel.load.");
        }
        return forest;
    }

    /** The trees. */
    public Forest forest() {
        return encodedForest().forest();
    }

    @Override
    protected ClassScorer scorer() {
        return new ForestClassScorer(encodedForest());
    }

    @Override
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return LeafColumn.ofClassifier(getLeafCol(), getNumTrees());
    }

    @Override
    public List<String> featureNames() {
        return forest().featureNames();
    }

    @Override
    protected boolean hasGivenNames() {
        return hasGivenNames;
    }

    @Override
    public int numClasses() {
        return forest == null ? BoostedTreesClassifier.NUM_CLASSES : Math.max(2, forest().numOutputs());
    }

    /** -1 where the model has no trees yet, as Spark's models say it. */
    @Override
    public int numFeatures() {
        return forest == null ? -1 : super.numFeatures();
    }

    /**
     * Trees of the model, as Spark's own tree models say it: with early stopping those up to the best round. The Param's
     * value, most trees to train, is {@code getOrDefault(numTrees())}.
     */
    @Override
    public int getNumTrees() {
        return forest().numTrees();
    }

    /** Nodes of all trees, leaves included. */
    public int totalNumNodes() {
        return forest().nodes().numNodes();
    }

    /** Share of the loss reduction each feature brought, in the order of {@link #featureNames}; adds up to 1. */
    public Vector featureImportances() {
        return new DenseVector(forest().importances(Forest.ImportanceKind.GAIN));
    }

    /** Importance of each feature by name, the largest first, equal ones in feature order. */
    public Map<String, Double> featureImportancesByName(Forest.ImportanceKind kind) {
        double[] importances = forest().importances(kind);
        List<String> names = featureNames();
        Map<String, Double> byName = new LinkedHashMap<>();
        java.util.stream.IntStream.range(0, importances.length)
                .boxed()
                .sorted((a, b) -> Double.compare(importances[b], importances[a]))
                .forEach(f -> byName.put(names.get(f), importances[f]));
        return byName;
    }

    /** Whether the model knows how it came about. */
    public boolean hasSummary() {
        return summary != null;
    }

    /**
     * How the model came about.
     *
     * @throws IllegalStateException if it does not know
     */
    public BoostingSummary summary() {
        if (summary == null) {
            throw new IllegalStateException("model " + uid() + " has no training summary");
        }
        return summary;
    }

    /** All trees as text. */
    public String toDebugString() {
        return this + "\n" + ForestText.describe(forest());
    }

    /** Bytes of memory, about; Spark Connect's model cache of 4.1 asks, which is why 4.0 has nothing to override. */
    public long estimatedSize() {
        // The encoded bytes, the same arrays once more as the decoded forest, and their layout for scoring.
        return 3L * encodedForest().bytes().length;
    }

    public BoostedTreesClassificationModel setLeafCol(String value) {
        set(leafCol(), value);
        return this;
    }

    @Override
    public BoostedTreesClassificationModel copy(ParamMap extra) {
        BoostedTreesClassificationModel copy =
                copyValues(new BoostedTreesClassificationModel(uid(), forest, hasGivenNames, summary), extra);
        copy.setParent(parent());
        return copy;
    }

    @Override
    public String toString() {
        return "BoostedTreesClassificationModel: uid=" + uid()
                + (forest == null
                        ? ", no trees"
                        : ", numTrees=" + getNumTrees() + ", numFeatures=" + numFeatures() + ", numClasses="
                                + numClasses());
    }
}
