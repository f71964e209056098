package org.sparkmlext.ml.neural;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.ClassWeights;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.TrainableClassifier;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;

/**
 * What networks for classes share before they are fitted. Labels are 0 to k-1; minimises the cross-entropy of softmax, with label
 * smoothing or as focal loss by choice, data-parallel over all workers.
 *
 * @param <E> the estimator itself
 * @param <M> its model
 */
public abstract class NetworkClassifier<E extends NetworkClassifier<E, M>, M extends NetworkClassificationModel<M>>
        extends TrainableClassifier<E, M> implements NetworkClassifierParams, NetworkSetters<E> {
    private static final long serialVersionUID = 1L;

    NetworkClassifier(String uid) {
        super(uid);
    }

    /** The column of rows. */
    abstract NetworkColumn rows();

    /**
     * The network on the data's rows; throws {@link IllegalArgumentException} where it does not fit them.
     *
     * @param data whose first row may be looked at where neither Params nor metadata tell the shape of rows
     */
    abstract Architecture architecture(Dataset<?> data);

    /** The data's rows as the network takes them. */
    TrainingData trainingData(Dataset<?> data, TableColumns columns, Architecture network) {
        return (algorithm, options, listener) -> DistributedTrainer.train(data, columns, algorithm, options, listener);
    }

    /** Checks the Params that say where rows come from against each other. */
    void checkRows() {
        rows().requireNoInputCols();
    }

    /** Whether rows and targets are standardised. */
    boolean standardises() {
        return false;
    }

    /** A model of these numbers. */
    abstract M model(String uid, @Nullable FittedNetwork network);

    /** Text of the augmentation; empty for none. */
    String augmentationText() {
        return "";
    }

    private NetworkPlan plan() {
        return new NetworkPlan(this);
    }

    @Override
    protected FeatureSource featureSource() {
        return rows().source();
    }

    @Override
    protected TrainingTarget target() {
        return new TrainingTarget(TableColumns.LabelKind.CLASS_INDEX, null, 0, declaredClasses());
    }

    /** The number of classes that Params speak of; null where none does. */
    private TableColumns.@Nullable DeclaredClasses declaredClasses() {
        if (isDefined(thresholds())) {
            return new TableColumns.DeclaredClasses(
                    getThresholds().length, "thresholds has " + getThresholds().length + " values");
        }
        if (getClassWeights().length > 0) {
            return new TableColumns.DeclaredClasses(
                    getClassWeights().length, "classWeights has " + getClassWeights().length + " values");
        }
        int outputs = plan().numOutputs();
        if (outputs >= 0) {
            return new TableColumns.DeclaredClasses(outputs, "the network has " + outputs + " outputs");
        }
        return null;
    }

    @Override
    protected int numClasses() {
        TableColumns.DeclaredClasses declared = declaredClasses();
        return declared == null ? -1 : declared.number();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return NetworkPlan.withEmbeddings(this, super.transformSchema(schema), -1);
    }

    @Override
    protected void checkParams() {
        checkRows();
        plan().checkParams();
        if (getLabelSmoothing() > 0 && getFocusing() > 0) {
            throw new IllegalArgumentException("labelSmoothing is " + getLabelSmoothing() + " and focusing "
                    + getFocusing() + "; one of the two must be 0");
        }
    }

    @Override
    protected M trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener) {
        Architecture network = architecture(data);
        NetworkSettings settings = plan().options()
                .classes(
                        network,
                        getLabelSmoothing(),
                        getFocusing(),
                        augmentationText(),
                        plan().initialModel(data.sparkSession()),
                        getSeed())
                .standardising(standardises());
        plan().check(settings, network);
        Dataset<?> rows = data;
        TableColumns table = columns;
        if (getClassWeights().length > 0) {
            ClassWeights.Weighted weighted = ClassWeights.of(data, columns, getClassWeights());
            rows = weighted.data();
            table = weighted.columns();
        }
        RuntimeOptions options = runtimeOptions().with(NetworkModelFiles.best(this, this::model));
        return model(uid(), FittedNetwork.train(trainingData(rows, table, network), settings, options, listener));
    }

    @SuppressWarnings("unchecked")
    private E same() {
        return (E) this;
    }

    public E setLabelSmoothing(double value) {
        set(labelSmoothing(), value);
        return same();
    }

    public E setFocusing(double value) {
        set(focusing(), value);
        return same();
    }

    public E setClassWeights(double[] value) {
        set(classWeights(), value);
        return same();
    }
}
