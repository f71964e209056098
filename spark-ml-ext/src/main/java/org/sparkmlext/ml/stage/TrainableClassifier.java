package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.training.TrainingListener;

/**
 * What classifiers share before they are fitted: a uid that Spark's constructors can ask for, columns checked in the
 * schema, listeners.
 *
 * @param <E> the estimator itself
 * @param <M> its model
 */
public abstract class TrainableClassifier<E extends TrainableClassifier<E, M>, M extends FittedClassifier<M>>
        extends ProbabilisticClassifier<Vector, E, M> implements TrainableStage<E> {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private transient ListenerList listeners = ListenerList.NONE;

    protected TrainableClassifier(String uid) {
        this(PendingUid.push(uid));
    }

    private TrainableClassifier(PendingUid.Pushed pending) {
        super();
        this.uid = pending.uid();
        PendingUid.pop();
        ColumnParams.setDefaults(this);
        TrainingParams.setDefaults(this);
    }

    @Override
    @SuppressWarnings("UnnecessaryParentheses")
    public String uid() {
        // Null while Spark's constructor runs, before this class could set it.
        String own = uid;
        return own == null ? PendingUid.peek() : own;
    }

    /** Trains on data whose schema has been checked. */
    protected abstract M trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener);

    /** What labels may be, and how many raw scores a row has. */
    protected abstract TrainingTarget target();

    /** Number of classes; -1 where only the labels tell. */
    protected abstract int numClasses();

    /**
     * Evaluates the data once and trains a model.
     *
     * @throws IllegalArgumentException if Params contradict each other, or columns are missing or of a wrong type
     * @throws org.sparkmlext.training.InvalidTrainingDataException if values are at fault
     */
    @Override
    public M fit(Dataset<?> data) {
        StructType schema = data.schema();
        transformSchema(schema);
        M model = copyValues(
                trainChecked(data, tableColumns(schema), listeners.chain(uid)),
                org.apache.spark.ml.param.ParamMap$.MODULE$.empty());
        model.setParent(this);
        return model;
    }

    @Override
    public M train(Dataset<?> data) {
        return fit(data);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        checkParams();
        tableColumns(schema);
        List<ScoredColumn<ClassScorer>> columns = new ArrayList<>(
                new ClassColumns(getRawPredictionCol(), getProbabilityCol(), getPredictionCol(), numClasses())
                        .columns(null));
        columns.addAll(extraColumns());
        return new ScoringColumns<>(columns).appendTo(schema);
    }

    /** The model's columns beside Spark's standard ones; only their fields matter here. */
    protected List<ScoredColumn<ClassScorer>> extraColumns() {
        return List.of();
    }

    /** Where features come from. */
    protected FeatureSource featureSource() {
        return FeatureSource.VECTORS_OR_COLUMNS;
    }

    /** Checks Params against each other, before any data is looked at. */
    protected void checkParams() {}

    /** The columns to train on, found in the schema and checked. */
    protected TableColumns tableColumns(StructType schema) {
        return new TrainingColumns(this, featureSource()).find(schema, target());
    }

    /**
     * Has {@code listener} told of every fit of this estimator and of copies made later (CrossValidator copies). Not a
     * Param: neither saved nor part of the model. Listeners are called on the driver, by one thread a fit.
     */
    @SuppressWarnings("unchecked")
    public E addListener(TrainingListener listener) {
        listeners = listeners.with(listener);
        return (E) this;
    }

    /** A copy with the same uid, Params (then {@code extra}) and listeners. */
    @Override
    public E copy(ParamMap extra) {
        E copy = defaultCopy(extra);
        ((TrainableClassifier<?, ?>) copy).listeners = listeners;
        return copy;
    }
}
