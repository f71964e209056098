package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.TrainableRegressor;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkSettings;
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

    /** The Param that names the column of rows, beside featuresCol. */
    abstract Param<String> rowsCol();

    /** The network on rows of this column; throws {@link IllegalArgumentException} where it does not fit them. */
    abstract Architecture architecture(StructField column);

    /** A model of these numbers. */
    abstract M model(String uid, @Nullable FittedNetwork network);

    /** Text of the augmentation; empty for none. */
    String augmentationText() {
        return "";
    }

    private NetworkColumn rows() {
        return new NetworkColumn(this, rowsCol());
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
        return new TrainingTarget(TableColumns.LabelKind.REALS, null, Math.max(0, plan().numOutputs()), null);
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
        rows().requireNoInputCols();
        plan().checkParams();
    }

    @Override
    protected M trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener) {
        checkTargets(columns);
        Architecture network = architecture(rows().field(data.schema()));
        NetworkSettings settings = plan().options()
                .numbers(
                        network,
                        getLoss(),
                        getHuberDelta(),
                        augmentationText(),
                        plan().initialModel(data.sparkSession()),
                        getSeed());
        plan().check(settings, network);
        RuntimeOptions options = runtimeOptions().with(NetworkModelFiles.best(this, this::model));
        return model(uid(), FittedNetwork.train(data, columns, settings, options, listener));
    }

    private void checkTargets(TableColumns columns) {
        if (columns.labelKind() == TableColumns.LabelKind.REALS
                && getPredictionsCol().isEmpty()) {
            throw new IllegalArgumentException(
                    "column '" + columns.labelCol() + "' (labelCol) holds several targets a row, and "
                            + "predictionCol has room for the first only. Set predictionsCol to a name for the vectors of all.");
        }
        if (columns.labelKind() == TableColumns.LabelKind.REAL && columns.numOutputs() > 1) {
            throw new IllegalArgumentException("the network has " + columns.numOutputs() + " outputs, but column '"
                    + columns.labelCol()
                    + "' (labelCol) holds one number a row; needed is one a target. Give labels as vectors or "
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

    /** See {@code predictionsCol}. */
    public E setPredictionsCol(String value) {
        set(predictionsCol(), value);
        return same();
    }
}
