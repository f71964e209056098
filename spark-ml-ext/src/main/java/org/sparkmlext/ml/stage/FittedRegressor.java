package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What fitted regressors share: scoring into Spark's prediction column, with features found by name as
 * {@link FittedFeatures} says.
 *
 * <p>A model of several outputs (quantile levels) predicts one of them, as its
 * {@link ValueScorer} chooses; all of them stand in the vector column
 * {@link #valuesCol}, if it has a name.
 *
 * @param <M> the model itself
 */
public abstract class FittedRegressor<M extends FittedRegressor<M>> extends RegressionModel<Vector, M>
        implements ColumnParams, TrainingParams, MLWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;

    protected FittedRegressor(String uid) {
        this(PendingUid.push(uid));
    }

    private FittedRegressor(PendingUid.Pushed pending) {
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
    protected abstract ValueScorer scorer();

    /** Names of the features in the model's order. */
    public abstract List<String> featureNames();

    /** Whether {@link #featureNames} are names that the training data had, not ones made up for nameless vectors. */
    protected abstract boolean hasGivenNames();

    /** Raw scores a row. */
    public abstract int numOutputs();

    /** Name of the vector column of all outputs; "" for none. */
    protected String valuesCol() {
        return "";
    }

    /** Column of base margins, which are added to raw predictions; "" for none. */
    protected String baseMarginColumn() {
        return "";
    }

    /** Columns beside these; they come last. */
    protected List<ScoredColumn<ValueScorer>> extraColumns() {
        return List.of();
    }

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
        return columns().appendTo(schema);
    }

    /**
     * Appends the prediction; a column whose name is set to "" is left out.
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
     * The schema with this model's columns appended: prediction, values of all outputs, then extra ones.
     *
     * @throws IllegalArgumentException if a column of such a name exists
     */
    protected final StructType withColumns(StructType schema) {
        return columns().appendTo(schema);
    }

    /** Values of this model's columns for a raw prediction, in the order of {@link #withColumns}, without extra ones. */
    protected final OutputValues outputValues() {
        return new RegressionValues(!getPredictionCol().isEmpty(), !valuesCol().isEmpty(), numOutputs(), scorer());
    }

    private ScoringColumns<ValueScorer> columns() {
        List<ScoredColumn<ValueScorer>> columns =
                new ArrayList<>(new ValueColumns(getPredictionCol(), valuesCol(), numOutputs()).columns());
        columns.addAll(extraColumns());
        return new ScoringColumns<>(columns);
    }

    /** The prediction of one row, as {@link #transform} gives it where there are no base margins; NaN for a missing value. */
    @Override
    public double predict(Vector features) {
        return scorer().prediction(rawPrediction(features));
    }

    /** Raw scores of one row, which is checked; entries in the order of {@link #featureNames}. */
    protected final double[] rawPrediction(Vector features) {
        return scorer().rawPrediction(features().values().checked(features));
    }

    /** See {@code handleInvalid}. */
    @SuppressWarnings("unchecked")
    public M setHandleInvalid(String value) {
        set(handleInvalid(), value);
        return (M) this;
    }
}
