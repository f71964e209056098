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
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.ClassWeights;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.TrainableClassifier;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.BoostingTrials;
import org.sparkmlext.tree.Objective;
import org.sparkmlext.tree.RowFunction;

/**
 * Gradient boosted trees for classes; labels are 0 to k-1.
 *
 * <p>Histogram-based second-order boosting (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016;
 * leaf-wise growth as Ke et al., "LightGBM", NeurIPS 2017) of the log-loss: {@code objective} logistic for two classes, one
 * raw score a row; softmax for any number, one raw score a class (Friedman, "Greedy function approximation", 2001); auto,
 * the default, is logistic where the labels are of two classes and softmax where they are of more. Trained by all workers
 * together; the model is the same, bit for bit, whatever their number, the partitioning, or the order of rows. A custom
 * objective is outside this promise as far as its functions are.
 *
 * <p>Features are a vector column ({@code featuresCol}) or plain columns ({@code inputCols}). They are compared as
 * float32. Null, NaN and what equals {@code missing} (default NaN, so nothing more) are missing values, for which every split
 * learns a side; the model keeps {@code missing} and scores by it. An entry that a sparse vector does not store is 0, as if it
 * were stored: a number, or missing where {@code missing} is 0.
 *
 * <p>{@code classWeights} multiplies the weights of the rows of each class, training and validation rows alike, before
 * anything is computed of them: it is the same as a weight column with these products.
 *
 * <p>Errors: contradicting Params, missing or wrongly typed columns, an initial model of other features, objective or
 * classes give an {@link IllegalArgumentException} that names them before any data is read; bad values (labels that are no
 * class, classes without rows, negative weights, infinite features, no rows, one class only) an
 * {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class BoostedTreesClassifier
        extends TrainableClassifier<BoostedTreesClassifier, BoostedTreesClassificationModel>
        implements BoostedClassifierParams,
                BoostingSetters<BoostedTreesClassifier>,
                TreeSearch<BoostedTreesClassificationModel> {
    private static final long serialVersionUID = 1L;

    private BoostingObjects<BoostedTreesClassificationModel> objects = BoostingObjects.none();

    public BoostedTreesClassifier() {
        this(Identifiable$.MODULE$.randomUID("boostedTreesClassifier"));
    }

    public BoostedTreesClassifier(String uid) {
        super(uid);
        BoostedClassifierParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<BoostedTreesClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static BoostedTreesClassifier load(String path) {
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
     * The raw score s is taken as log-odds of class 1, as under the logistic objective: the probability is
     * {@code 1 / (1 + exp(-s))}, labels are 0 and 1.
     *
     * @param gradient first derivative by the raw score
     * @param hessian second derivative by the raw score, at least 0
     */
    public BoostedTreesClassifier setCustomObjective(RowFunction gradient, RowFunction hessian) {
        objects = objects.withObjective(gradient, hessian);
        return this;
    }

    /**
     * A metric of your own, reported every round beside the objective's: the weighted mean over rows of a function that is at
     * least 0, smaller being better. {@code validationMetric} may name it. Not a Param, as a custom objective.
     */
    public BoostedTreesClassifier setCustomMetric(String name, RowFunction metric) {
        objects = objects.withMetric(name, metric);
        return this;
    }

    /**
     * A model whose training goes on, in place of the Param {@code initialModel}. Not a Param: copies keep it, but an
     * estimator that has one cannot be saved.
     */
    public BoostedTreesClassifier setInitialModel(BoostedTreesClassificationModel model) {
        objects = objects.withInitialModel(model);
        return this;
    }

    /** A copy with the same uid, Params (then {@code extra}), listeners, and what is no Param. */
    @Override
    public BoostedTreesClassifier copy(ParamMap extra) {
        BoostedTreesClassifier copy = super.copy(extra);
        copy.objects = objects;
        return copy;
    }

    private Objective chosenObjective() {
        return objects.objective() == null
                ? Objective.of(Objective.Kind.of(getObjective()))
                : Objective.custom(objects.objective());
    }

    private boolean isOfTwoClasses() {
        Objective.Kind kind = chosenObjective().kind();
        return kind == Objective.Kind.LOGISTIC || kind == Objective.Kind.CUSTOM;
    }

    @Override
    protected TrainingTarget target() {
        String margin = getBaseMarginCol().isEmpty() ? null : getBaseMarginCol();
        return isOfTwoClasses()
                ? new TrainingTarget(TableColumns.LabelKind.BINARY, margin, 1, null)
                : new TrainingTarget(TableColumns.LabelKind.CLASS_INDEX, margin, 0, declaredClasses());
    }

    /** The number of classes that Params speak of; null where none does. */
    private TableColumns.@Nullable DeclaredClasses declaredClasses() {
        if (isDefined(thresholds())) {
            return declared("thresholds", getThresholds().length);
        }
        return getClassWeights().length > 0 ? declared("classWeights", getClassWeights().length) : null;
    }

    private static TableColumns.DeclaredClasses declared(String param, int length) {
        return new TableColumns.DeclaredClasses(length, param + " has " + length + " values");
    }

    @Override
    protected int numClasses() {
        TableColumns.DeclaredClasses declared = declaredClasses();
        return isOfTwoClasses() ? 2 : declared == null ? -1 : declared.number();
    }

    @Override
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return LeafColumn.ofClassifier(getLeafCol(), -1);
    }

    @Override
    protected void checkParams() {
        Objective objective = chosenObjective();
        BoostingChecks.check(this, objects, objective, validationIndicatorCol());
        int classes = numClasses();
        if (isDefined(thresholds()) && getThresholds().length != classes) {
            throw lengthRefused("thresholds", getThresholds().length, classes);
        }
        if (getClassWeights().length > 0 && getClassWeights().length != classes) {
            throw lengthRefused("classWeights", getClassWeights().length, classes);
        }
        if (objective.kind() == Objective.Kind.AUTO && !getBaseMarginCol().isEmpty()) {
            throw new IllegalArgumentException(
                    "baseMarginCol is '" + getBaseMarginCol() + "' but objective is auto, which "
                            + "has one raw score for two classes and one a class for more. Set objective to logistic or softmax.");
        }
    }

    private static IllegalArgumentException lengthRefused(String param, int length, int classes) {
        return new IllegalArgumentException(
                param + " has " + length + " values; allowed: one a class, " + classes + " in all");
    }

    @Override
    protected BoostedTreesClassificationModel trainChecked(
            Dataset<?> data, TableColumns columns, TrainingListener listener) {
        Objective objective = chosenObjective();
        TableColumns table = columns;
        FittedForest initial = initialForest();
        if (initial != null) {
            String trained = initial.forest().objective();
            // What auto was in the first training it stays, whatever classes this data shows.
            if (objective.kind() == Objective.Kind.AUTO && OBJECTIVES.contains(trained)) {
                objective = Objective.of(Objective.Kind.of(trained));
            }
            BoostingChecks.checkSameObjective(initial, objective);
            BoostingChecks.checkSameFeatures(initial, columns);
            table = withClassesOf(initial, columns);
        }
        ClassWeights.Weighted weighted = weighted(data, table);
        byte[] bytes = initial == null ? null : initial.bytesFor(columns);
        return new BoostedTreesClassificationModel(
                uid(),
                FittedForest.train(
                        weighted.data(),
                        weighted.columns(),
                        boostingSettings(objective, objects.metric(), bytes, getSeed()),
                        initial,
                        runtimeOptions(),
                        listener));
    }

    private ClassWeights.Weighted weighted(Dataset<?> data, TableColumns columns) {
        return getClassWeights().length == 0
                ? new ClassWeights.Weighted(data, columns)
                : ClassWeights.of(data, columns, getClassWeights());
    }

    @Override
    public Found<BoostedTreesClassificationModel> search(
            Dataset<?> data, List<ParamMap> trials, SearchPlan plan, TrainingListener listener) {
        List<BoostedTreesClassifier> stages = TreeSearch.stages(this, trials, objects.initialModel(), data.schema());
        ClassWeights.Weighted weighted = weighted(data, tableColumns(data.schema()));
        List<BoostingSettings> settings = stages.stream()
                .map(stage -> stage.boostingSettings(chosenObjective(), objects.metric(), null, stage.getSeed()))
                .toList();
        FittedForest.Found found = FittedForest.search(
                weighted.data(),
                weighted.columns(),
                new BoostingTrials.Settings(settings, plan),
                runtimeOptions(),
                listener);
        BoostedTreesClassifier best = stages.get(found.trial());
        BoostedTreesClassificationModel model =
                best.copyValues(new BoostedTreesClassificationModel(uid(), found.fitted()), new ParamMap());
        model.setParent(best);
        return new Found<>(found.trial(), model);
    }

    private static TableColumns withClassesOf(FittedForest initial, TableColumns columns) {
        int classes = Math.max(2, initial.forest().numOutputs());
        String source = "the initial model has " + classes + " classes";
        TableColumns.DeclaredClasses declared = columns.declaredClasses();
        if (declared != null && declared.number() != classes) {
            throw new IllegalArgumentException(declared.source() + ", but " + source + "; needed is one a class");
        }
        return columns.withDeclaredClasses(new TableColumns.DeclaredClasses(classes, source));
    }

    private @Nullable FittedForest initialForest() {
        BoostedTreesClassificationModel object = objects.initialModel();
        if (object == null && !getInitialModel().isEmpty()) {
            object = BoostedTreesClassificationModel.load(getInitialModel());
        }
        return object == null ? null : object.fittedForest();
    }

    /** See {@code classWeights}. */
    public BoostedTreesClassifier setClassWeights(double[] value) {
        set(classWeights(), value);
        return this;
    }
}
