package org.sparkmlext.ml.boosting;

import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.FittedRegressor;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.Objective;

/**
 * Trees fitted by a {@link BoostedTreesRegressor}. Scores by feature name; see {@link FittedRegressor}.
 *
 * <p>The prediction is on the label's scale: the raw score itself, or its exponential under poisson, gamma and tweedie. Of
 * several quantile levels it is the one nearest to 0.5 (the lower of two equally near ones); {@code quantilesCol} has all of
 * them. Immutable but for its Params; scoring is thread-safe.
 */
public final class BoostedTreesRegressionModel extends FittedRegressor<BoostedTreesRegressionModel>
        implements BoostedTreesModel, BoostedRegressorParams, ScoringSetters<BoostedTreesRegressionModel> {
    private static final long serialVersionUID = 1L;

    private final @Nullable FittedForest fitted;

    /** Without trees; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public BoostedTreesRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesRegressor"));
    }

    /** Without trees, as the constructor without arguments. */
    public BoostedTreesRegressionModel(String uid) {
        this(uid, null);
    }

    BoostedTreesRegressionModel(String uid, @Nullable FittedForest fitted) {
        super(uid);
        this.fitted = fitted;
        BoostedRegressorParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesRegressionModel> read() {
        return new BoostedTreesModelFiles.Reader<>(BoostedTreesRegressionModel.class, BoostedTreesRegressionModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static BoostedTreesRegressionModel load(String path) {
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
    protected ValueScorer scorer() {
        FittedForest forest = fittedForest();
        return new ForestValueScorer(
                new ForestScores(forest.encoded(), forest.scoringRounds(getPredictionRounds())),
                Objective.Kind.of(forest().objective()).link(),
                predictedOutput());
    }

    /** The output of the quantile level nearest to 0.5; 0 under all other objectives, which have one output. */
    private int predictedOutput() {
        double[] levels = getQuantileLevels();
        int nearest = 0;
        for (int k = 1; k < numOutputs(); k++) {
            nearest = Math.abs(levels[k] - 0.5) < Math.abs(levels[nearest] - 0.5) ? k : nearest;
        }
        return nearest;
    }

    /** The quantile level that the prediction is of; empty under all other objectives than quantile. */
    public OptionalDouble predictedLevel() {
        return Objective.Kind.of(forest().objective()) == Objective.Kind.QUANTILE
                ? OptionalDouble.of(getQuantileLevels()[predictedOutput()])
                : OptionalDouble.empty();
    }

    @Override
    public int numOutputs() {
        return forest().numOutputs();
    }

    @Override
    protected String valuesCol() {
        return getQuantilesCol();
    }

    @Override
    protected List<ScoredColumn<ValueScorer>> extraColumns() {
        return LeafColumn.ofRegressor(getLeafCol(), getNumTrees());
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

    /** -1 where the model has no trees yet, as Spark's models say it. */
    @Override
    public int numFeatures() {
        return fitted == null ? -1 : super.numFeatures();
    }

    /**
     * Trees of the model, as Spark's own tree models say it: one a quantile level and round, with early
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

    /** See {@code quantilesCol}. */
    public BoostedTreesRegressionModel setQuantilesCol(String value) {
        set(quantilesCol(), value);
        return this;
    }

    /** See {@code baseMarginCol}; empty for none. */
    public BoostedTreesRegressionModel setBaseMarginCol(String value) {
        set(baseMarginCol(), value);
        return this;
    }

    @Override
    public BoostedTreesRegressionModel copy(ParamMap extra) {
        BoostedTreesRegressionModel copy = copyValues(new BoostedTreesRegressionModel(uid(), fitted), extra);
        copy.setParent(parent());
        return copy;
    }

    @Override
    public String toString() {
        return "BoostedTreesRegressionModel: uid=" + uid()
                + (fitted == null
                        ? ", no trees"
                        : ", objective=" + forest().objective() + ", numTrees=" + getNumTrees() + ", numFeatures="
                                + numFeatures());
    }
}
