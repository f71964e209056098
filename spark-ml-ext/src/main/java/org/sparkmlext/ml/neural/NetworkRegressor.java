package org.sparkmlext.ml.neural;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.TrainableRegressor;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;

/**
 * What networks for numbers share before they are fitted: one target a row, or several where labels are vectors or arrays; trained
 * data-parallel over all workers.
 *
 * @param <E> the estimator itself
 * @param <M> its model
 */
public abstract class NetworkRegressor<E extends NetworkRegressor<E, M>, M extends NetworkRegressionModel<M>>
        extends TrainableRegressor<E, M> implements NetworkRegressorParams, NetworkSetters<E> {
    private static final long serialVersionUID = 1L;

    NetworkRegressor(String uid) {
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
        int outputs = plan().numOutputs();
        int each = QuantileLevels.outputs(this);
        if (outputs > 0 && outputs % each != 0) {
            throw new IllegalArgumentException("the network has " + outputs + " outputs for " + each
                    + " quantiles of each target; the one must be a multiple of the other. Leave the network's last layer out, and one "
                    + "that fits is added.");
        }
        return new TrainingTarget(TableColumns.LabelKind.REALS, null, Math.max(0, outputs / each), null);
    }

    @Override
    protected int numValues() {
        return Math.max(0, plan().numOutputs());
    }

    @Override
    protected String valuesCol() {
        return getPredictionsCol();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return NetworkPlan.withEmbeddings(this, super.transformSchema(schema), -1);
    }

    @Override
    protected void checkParams() {
        checkRows();
        plan().checkParams();
    }

    @Override
    protected M trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener) {
        checkTargets(columns);
        Architecture network = architecture(data);
        NetworkSettings settings = plan().options()
                .numbers(
                        network,
                        getLoss(),
                        getHuberDelta(),
                        getQuantiles(),
                        augmentationText(),
                        plan().initialModel(data.sparkSession()),
                        getSeed())
                .standardising(standardises());
        plan().check(settings, network);
        RuntimeOptions options = runtimeOptions().with(NetworkModelFiles.best(this, this::model));
        return model(uid(), FittedNetwork.train(trainingData(data, columns, network), settings, options, listener));
    }

    private void checkTargets(TableColumns columns) {
        if (columns.labelKind() == TableColumns.LabelKind.REALS
                && columns.numOutputs() != 1
                && getPredictionsCol().isEmpty()) {
            throw new IllegalArgumentException(
                    "column '" + columns.labelCol() + "' (labelCol) holds several targets a row, and "
                            + "predictionCol has room for the first only. Set predictionsCol to a name for the vectors of all.");
        }
        if (columns.labelKind() == TableColumns.LabelKind.REAL && columns.numOutputs() > 1) {
            throw new IllegalArgumentException("the network has " + plan().numOutputs() + " outputs, but column '"
                    + columns.labelCol()
                    + "' (labelCol) holds one number a row; needed is one a target"
                    + (QuantileLevels.outputs(this) > 1 ? " and quantile" : "") + ". Give labels as vectors or "
                    + "arrays, or leave the network's last layer out, and one that fits is added.");
        }
    }

    @SuppressWarnings("unchecked")
    private E same() {
        return (E) this;
    }

    /** See {@code loss}. */
    public E setLoss(String value) {
        set(loss(), value);
        return same();
    }

    /** See {@code huberDelta}. */
    public E setHuberDelta(double value) {
        set(huberDelta(), value);
        return same();
    }

    /** See {@code quantiles}. */
    public E setQuantiles(double[] value) {
        set(quantiles(), value);
        return same();
    }

    /** See {@code predictionsCol}. */
    public E setPredictionsCol(String value) {
        set(predictionsCol(), value);
        return same();
    }
}
