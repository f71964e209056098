package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What fitted classifiers share: scoring into Spark's standard columns, with features found by name as
 * {@link FittedFeatures} says. Any number of classes.
 *
 * @param <M> the model itself
 */
public abstract class FittedClassifier<M extends FittedClassifier<M>>
        extends ProbabilisticClassificationModel<Vector, M> implements ColumnParams, TrainingParams, MLWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;

    protected FittedClassifier(String uid) {
        this(PendingUid.push(uid));
    }

    private FittedClassifier(PendingUid.Pushed pending) {
        super();
        this.uid = pending.uid();
        PendingUid.pop();
        ColumnParams.setDefaults(this);
        TrainingParams.setDefaults(this);
    }

    @Override
    public String uid() {
        // Null while Spark's constructor runs, before this class could set it.
        String own = uid;
        return own == null ? PendingUid.peek() : own;
    }

    /** What executors score with. */
    protected abstract ClassScorer scorer();

    /** Column of base margins, which are added to raw predictions; "" for none. */
    protected String baseMarginColumn() {
        return "";
    }

    /** Columns beside Spark's standard ones; they come last. */
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return List.of();
    }

    /** Names of the features in the model's order. */
    public abstract List<String> featureNames();

    /** Whether {@link #featureNames} are names that the training data had, not ones made up for nameless vectors. */
    protected abstract boolean hasGivenNames();

    @Override
    public int numFeatures() {
        return featureNames().size();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        features().check(schema);
        BaseMargins margins = baseMargins();
        if (margins != null) {
            margins.column(schema);
        }
        checkThresholds();
        return columns().appendTo(schema);
    }

    /**
     * Appends raw prediction, probability and prediction; a column whose name is set to "" is left out.
     *
     * @throws IllegalArgumentException if feature columns are missing, of a wrong type, or other than at training
     */
    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        transformSchema(data.schema());
        return columns().append(data, features(), baseMargins(), scorer());
    }

    private @Nullable BaseMargins baseMargins() {
        return baseMarginColumn().isEmpty() ? null : new BaseMargins(baseMarginColumn());
    }

    private FittedFeatures features() {
        return new FittedFeatures(this, featureNames(), hasGivenNames());
    }

    /**
     * The schema with this model's columns appended: raw prediction, probability, prediction, then extra ones.
     *
     * @throws IllegalArgumentException if a column of such a name exists, or the thresholds are of another number of classes
     */
    protected final StructType withColumns(StructType schema) {
        checkThresholds();
        return columns().appendTo(schema);
    }

    /** Values of this model's columns for a raw prediction, in the order of {@link #withColumns}, without extra ones. */
    protected final OutputValues outputValues() {
        return new ClassValues(
                !getRawPredictionCol().isEmpty(),
                !getProbabilityCol().isEmpty(),
                !getPredictionCol().isEmpty(),
                numClasses(),
                thresholdsOrNull(),
                scorer());
    }

    private ScoringColumns<ClassScorer> columns() {
        List<ScoredColumn<ClassScorer>> columns = new ArrayList<>(
                new ClassColumns(getRawPredictionCol(), getProbabilityCol(), getPredictionCol(), numClasses())
                        .columns(thresholdsOrNull()));
        columns.addAll(extraColumns());
        return new ScoringColumns<>(columns);
    }

    private void checkThresholds() {
        double[] thresholds = thresholdsOrNull();
        if (thresholds != null && thresholds.length != numClasses()) {
            throw new IllegalArgumentException("thresholds has " + thresholds.length + " values; allowed: one a class, "
                    + numClasses() + " in all");
        }
    }

    private double @Nullable [] thresholdsOrNull() {
        return isDefined(thresholds()) ? getThresholds() : null;
    }

    /** Raw prediction of one row; entries in the order of {@link #featureNames}, NaN for a missing value. */
    @Override
    public Vector predictRaw(Vector features) {
        return new DenseVector(scorer().rawPrediction(features().values().checked(features)));
    }

    @Override
    public Vector predictProbability(Vector features) {
        return new DenseVector(scorer().probability(predictRaw(features).toArray()));
    }

    /** The class of one row, as {@link #transform} gives it where there are no base margins. */
    @Override
    public double predict(Vector features) {
        checkThresholds();
        return scorer().prediction(predictRaw(features).toArray(), thresholdsOrNull());
    }

    @Override
    public Vector raw2probabilityInPlace(Vector rawPrediction) {
        double[] probability = scorer().probability(rawPrediction.toArray());
        if (!(rawPrediction instanceof DenseVector dense)) {
            throw new IllegalArgumentException(
                    "raw prediction is a " + rawPrediction.getClass().getSimpleName() + "; allowed: a dense vector");
        }
        System.arraycopy(probability, 0, dense.values(), 0, probability.length);
        return dense;
    }

    /** Spark's own would be generic in a way that javac refuses to inherit. */
    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public scala.Tuple3 findSummaryModel() {
        return new scala.Tuple3(this, getProbabilityCol(), getPredictionCol());
    }

    /** See {@code handleInvalid}. */
    @SuppressWarnings("unchecked")
    public M setHandleInvalid(String value) {
        set(handleInvalid(), value);
        return (M) this;
    }
}
