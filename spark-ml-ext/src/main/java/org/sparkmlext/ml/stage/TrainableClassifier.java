package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
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
        extends ProbabilisticClassifier<Vector, E, M> implements ColumnParams, TrainingParams, DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private transient @Nullable List<TrainingListener> listeners;

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

    /** What labels may be. */
    protected abstract TableColumns.LabelKind labelKind();

    /** Number of classes. */
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
                trainChecked(data, tableColumns(schema), new ListenerChain(allListeners())),
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

    /** Checks Params against each other, before any data is looked at. */
    protected void checkParams() {}

    private TableColumns tableColumns(StructType schema) {
        boolean usesInputCols = FeatureColumns.usesInputCols(this);
        List<String> vectorNames = List.of();
        List<String> inputs = List.of();
        if (usesInputCols) {
            inputs = Arrays.asList(getInputCols());
            FeatureColumns.checkInputCols(schema, inputs);
        } else {
            StructField vector = FeatureColumns.checkVector(schema, getFeaturesCol());
            vectorNames = FeatureColumns.vectorNames(vector).orElse(List.of());
        }
        FeatureColumns.checkNumericColumn(schema, getLabelCol(), "labelCol");
        String weight = isSet(weightCol()) && !getWeightCol().isEmpty() ? getWeightCol() : null;
        if (weight != null) {
            FeatureColumns.checkNumericColumn(schema, weight, "weightCol");
        }
        String indicator =
                isSet(validationIndicatorCol()) && !getValidationIndicatorCol().isEmpty()
                        ? getValidationIndicatorCol()
                        : null;
        if (indicator != null) {
            FeatureColumns.checkBooleanColumn(schema, indicator, "validationIndicatorCol");
        }
        for (String role : roles(weight, indicator)) {
            if (inputs.contains(role)) {
                throw new IllegalArgumentException(
                        "column '" + role + "' is in inputCols and is also the label, weight or "
                                + "validation indicator; allowed: one role a column. Take it out of inputCols.");
            }
        }
        return new TableColumns(
                usesInputCols ? null : getFeaturesCol(),
                inputs,
                vectorNames,
                getLabelCol(),
                labelKind(),
                weight,
                indicator);
    }

    private List<String> roles(@Nullable String weight, @Nullable String indicator) {
        List<String> roles = new ArrayList<>(List.of(getLabelCol()));
        if (weight != null) {
            roles.add(weight);
        }
        if (indicator != null) {
            roles.add(indicator);
        }
        return roles;
    }

    /**
     * Has {@code listener} told of every fit of this estimator and of copies made later (CrossValidator copies). Not a
     * Param: neither saved nor part of the model. Listeners are called on the driver, by one thread a fit.
     */
    @SuppressWarnings("unchecked")
    public E addListener(TrainingListener listener) {
        List<TrainingListener> added = new ArrayList<>(addedListeners());
        added.add(listener);
        listeners = List.copyOf(added);
        return (E) this;
    }

    private List<TrainingListener> addedListeners() {
        return listeners == null ? List.of() : listeners;
    }

    private List<TrainingListener> allListeners() {
        List<TrainingListener> all = new ArrayList<>();
        all.add(new LoggingListener(uid));
        all.addAll(addedListeners());
        return all;
    }

    /** A copy with the same uid, Params (then {@code extra}) and listeners. */
    @Override
    public E copy(ParamMap extra) {
        E copy = defaultCopy(extra);
        ((TrainableClassifier<?, ?>) copy).listeners = listeners;
        return copy;
    }

    public E setInputCols(String[] value) {
        return with(() -> set(inputCols(), value));
    }

    public E setWeightCol(String value) {
        return with(() -> set(weightCol(), value));
    }

    public E setValidationIndicatorCol(String value) {
        return with(() -> set(validationIndicatorCol(), value));
    }

    public E setHandleInvalid(String value) {
        return with(() -> set(handleInvalid(), value));
    }

    public E setMissing(double value) {
        return with(() -> set(missing(), value));
    }

    public E setNumWorkers(int value) {
        return with(() -> set(numWorkers(), value));
    }

    public E setNumThreads(int value) {
        return with(() -> set(numThreads(), value));
    }

    public E setDevice(String value) {
        return with(() -> set(device(), value));
    }

    public E setSeed(long value) {
        return with(() -> set(seed(), value));
    }

    @SuppressWarnings("unchecked")
    private E with(Runnable setting) {
        setting.run();
        return (E) this;
    }
}
