package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.TrainableRegressor;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.BoostingTrials;
import org.sparkmlext.tree.Objective;
import org.sparkmlext.tree.RowFunction;

/**
 * Gradient boosted trees for numbers.
 *
 * <p>Histogram-based second-order boosting (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016;
 * leaf-wise growth as Ke et al., "LightGBM", NeurIPS 2017) of the loss that {@code objective} names. Its default, squared,
 * predicts the mean; absolute, huber and quantile are robust or predict quantiles; poisson, gamma and tweedie fit counts and
 * amounts on the log scale. Predictions are on the label's scale. Trained by all workers together; the model is the same, bit
 * for bit, whatever their number, the partitioning, or the order of rows. A custom objective is outside this promise as far
 * as its functions are.
 *
 * <p>Features are a vector column ({@code featuresCol}) or plain columns ({@code inputCols}). They are compared as
 * float32. Null, NaN and what equals {@code missing} (default NaN, so nothing more) are missing values, for which every split
 * learns a side; the model keeps {@code missing} and scores by it. An entry that a sparse vector does not store is 0, as if it
 * were stored: a number, or missing where {@code missing} is 0. Labels are learnt as float32.
 *
 * <p>With several {@code quantileLevels} each level has trees of its own, so that predictions of neighbouring levels may
 * cross where data is thin.
 *
 * <p>Errors: contradicting Params, missing or wrongly typed columns, an initial model of other features or objective give an
 * {@link IllegalArgumentException} that names them before any data is read; bad values (labels that are infinite, negative
 * under poisson and tweedie, not positive under gamma, negative weights, infinite features, no rows) an
 * {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class BoostedTreesRegressor extends TrainableRegressor<BoostedTreesRegressor, BoostedTreesRegressionModel>
        implements BoostedRegressorParams,
                BoostingSetters<BoostedTreesRegressor>,
                TreeSearch<BoostedTreesRegressionModel> {
    private static final long serialVersionUID = 1L;

    private BoostingObjects<BoostedTreesRegressionModel> objects = BoostingObjects.none();

    public BoostedTreesRegressor() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesRegressor"));
    }

    public BoostedTreesRegressor(String uid) {
        super(uid);
        BoostedRegressorParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesRegressor> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static BoostedTreesRegressor load(String path) {
        return read().load(path);
    }

    /** @throws IllegalStateException if the estimator has what is no Param: a custom objective or metric, a model object */
    @Override
    public MLWriter write() {
        return objects.savedBy(super.write(), uid());
    }

    /**
     * A loss of your own in place of {@code objective}. Not a Param: copies keep it, but an estimator that has one cannot be
     * saved; its models can, and call their objective {@code custom}.
     *
     * The prediction is the raw score itself.
     *
     * @param gradient first derivative by the raw score
     * @param hessian second derivative by the raw score, at least 0
     */
    public BoostedTreesRegressor setCustomObjective(RowFunction gradient, RowFunction hessian) {
        objects = objects.withObjective(gradient, hessian);
        return this;
    }

    /**
     * A metric of your own, reported every round beside the objective's: the weighted mean over rows of a function that is at
     * least 0, smaller being better. {@code validationMetric} may name it. Not a Param, as a custom objective.
     */
    public BoostedTreesRegressor setCustomMetric(String name, RowFunction metric) {
        objects = objects.withMetric(name, metric);
        return this;
    }

    /**
     * A model whose training goes on, in place of the Param {@code initialModel}. Not a Param: copies keep it, but an
     * estimator that has one cannot be saved.
     */
    public BoostedTreesRegressor setInitialModel(BoostedTreesRegressionModel model) {
        objects = objects.withInitialModel(model);
        return this;
    }

    /** A copy with the same uid, Params (then {@code extra}), listeners, and what is no Param. */
    @Override
    public BoostedTreesRegressor copy(ParamMap extra) {
        BoostedTreesRegressor copy = super.copy(extra);
        copy.objects = objects;
        return copy;
    }

    private Objective chosenObjective() {
        return objects.objective() == null ? namedObjective() : Objective.custom(objects.objective());
    }

    @Override
    protected TrainingTarget target() {
        Objective objective = chosenObjective();
        TableColumns.LabelKind labels = switch (objective.kind()) {
            case POISSON, TWEEDIE -> TableColumns.LabelKind.NON_NEGATIVE;
            case GAMMA -> TableColumns.LabelKind.POSITIVE;
            default -> TableColumns.LabelKind.REAL;
        };
        String margin = getBaseMarginCol().isEmpty() ? null : getBaseMarginCol();
        return new TrainingTarget(labels, margin, objective.numOutputs(0), null);
    }

    @Override
    protected String valuesCol() {
        return getQuantilesCol();
    }

    @Override
    protected List<ScoredColumn<ValueScorer>> extraColumns() {
        return LeafColumn.ofRegressor(getLeafCol(), -1);
    }

    @Override
    protected void checkParams() {
        Objective objective = chosenObjective();
        BoostingChecks.check(this, objects, objective, validationIndicatorCol());
        if (!getQuantilesCol().isEmpty() && objective.kind() != Objective.Kind.QUANTILE) {
            throw new IllegalArgumentException("quantilesCol is '" + getQuantilesCol() + "' but objective is "
                    + objective.kind().paramValue() + ", which predicts no quantiles. Set objective to quantile, or "
                    + "quantilesCol to the empty text.");
        }
    }

    @Override
    protected BoostedTreesRegressionModel trainChecked(
            Dataset<?> data, TableColumns columns, TrainingListener listener) {
        Objective objective = chosenObjective();
        BoostedTreesRegressionModel model = initialModelOrNull();
        FittedForest initial = model == null ? null : model.fittedForest();
        if (model != null && initial != null) {
            BoostingChecks.checkSameObjective(initial, objective);
            BoostingChecks.checkSameFeatures(initial, columns);
            BoostingChecks.checkSameParameter(model, this, objective);
        }
        byte[] bytes = initial == null ? null : initial.bytesFor(columns);
        return new BoostedTreesRegressionModel(
                uid(),
                FittedForest.train(
                        data,
                        columns,
                        boostingSettings(objective, objects.metric(), bytes, getSeed()),
                        initial,
                        runtimeOptions(),
                        listener));
    }

    @Override
    public Found<BoostedTreesRegressionModel> search(
            Dataset<?> data, List<ParamMap> trials, SearchPlan plan, TrainingListener listener) {
        List<BoostedTreesRegressor> stages = TreeSearch.stages(this, trials, objects.initialModel(), data.schema());
        List<BoostingSettings> settings = stages.stream()
                .map(stage -> stage.boostingSettings(chosenObjective(), objects.metric(), null, stage.getSeed()))
                .toList();
        FittedForest.Found found = FittedForest.search(
                data,
                tableColumns(data.schema()),
                new BoostingTrials.Settings(settings, plan),
                runtimeOptions(),
                listener);
        BoostedTreesRegressor best = stages.get(found.trial());
        BoostedTreesRegressionModel model =
                best.copyValues(new BoostedTreesRegressionModel(uid(), found.fitted()), new ParamMap());
        model.setParent(best);
        return new Found<>(found.trial(), model);
    }

    private @Nullable BoostedTreesRegressionModel initialModelOrNull() {
        return objects.initialModel() == null && !getInitialModel().isEmpty()
                ? BoostedTreesRegressionModel.load(getInitialModel())
                : objects.initialModel();
    }

    /** See {@code huberDelta}. */
    public BoostedTreesRegressor setHuberDelta(double value) {
        set(huberDelta(), value);
        return this;
    }

    /** See {@code quantileLevels}. */
    public BoostedTreesRegressor setQuantileLevels(double[] value) {
        set(quantileLevels(), value);
        return this;
    }

    /** See {@code tweedieVariancePower}. */
    public BoostedTreesRegressor setTweedieVariancePower(double value) {
        set(tweedieVariancePower(), value);
        return this;
    }

    /** See {@code quantilesCol}. */
    public BoostedTreesRegressor setQuantilesCol(String value) {
        set(quantilesCol(), value);
        return this;
    }
}
