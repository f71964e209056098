package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.TrainableRegressor;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;

/**
 * A convolutional network for numbers that images show: one a row, or several where labels are vectors or arrays. Minimises the squared,
 * absolute or Huber error, data-parallel over all workers. Targets are learnt as float32 and as they are; training is fastest where they
 * are of the size of 1.
 *
 * <p>Images come in {@code imageCol} (or {@code featuresCol}), see {@link CnnClassifier}. The network is a preset by name, or any
 * {@link Network}; where it has no layer for the targets yet, one is added. Augmentation changes images only, never labels.
 *
 * <p>For a number of workers, and the same rows on each of them, the model is the same bit for bit, run after run.
 *
 * <p>Errors: contradicting Params, columns that are missing or of a wrong type, a network that is unknown, faulty, of another image
 * size or number of targets give an {@link IllegalArgumentException} before any data is read; bad values (labels that are not finite or
 * of different lengths, rows of different lengths, no rows) and training that diverges an
 * {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class CnnRegressor extends TrainableRegressor<CnnRegressor, CnnRegressionModel>
        implements CnnRegressorParams, CnnSetters<CnnRegressor> {
    private static final long serialVersionUID = 1L;

    public CnnRegressor() {
        this(Identifiable$.MODULE$.randomUID("cnnRegressor"));
    }

    public CnnRegressor(String uid) {
        super(uid);
        CnnRegressorParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<CnnRegressor> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static CnnRegressor load(String path) {
        return read().load(path);
    }

    @Override
    protected FeatureSource featureSource() {
        return CnnColumns.source(this);
    }

    @Override
    protected TrainingTarget target() {
        return new TrainingTarget(TableColumns.LabelKind.REALS, null, Math.max(0, plan().numOutputs()), null);
    }

    private NetworkPlan plan() {
        return new NetworkPlan(this);
    }

    @Override
    protected String valuesCol() {
        return getPredictionsCol();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return CnnColumns.withEmbeddings(this, super.transformSchema(schema), -1);
    }

    @Override
    protected void checkParams() {
        plan().checkParams();
    }

    @Override
    protected CnnRegressionModel trainChecked(Dataset<?> data, TableColumns columns, TrainingListener listener) {
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
        Architecture network = plan().architecture(CnnColumns.field(this, data.schema()));
        NetworkSettings settings = plan().options()
                .numbers(
                        network,
                        getLoss(),
                        getHuberDelta(),
                        getAugmentation(),
                        plan().initialModel(data.sparkSession()),
                        getSeed());
        plan().check(settings, network);
        RuntimeOptions options = runtimeOptions().with(NetworkModelFiles.best(this, CnnRegressionModel::new));
        return new CnnRegressionModel(uid(), FittedNetwork.train(data, columns, settings, options, listener));
    }

    /** See {@code loss}. */
    public CnnRegressor setLoss(String value) {
        set(loss(), value);
        return this;
    }

    /** See {@code huberDelta}. */
    public CnnRegressor setHuberDelta(double value) {
        set(huberDelta(), value);
        return this;
    }

    /** See {@code predictionsCol}. */
    public CnnRegressor setPredictionsCol(String value) {
        set(predictionsCol(), value);
        return this;
    }
}
