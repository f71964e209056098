package org.sparkmlext.ml.neural;

import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.FittedRegressor;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.net.Architecture;

/**
 * What fitted networks for numbers share. The prediction is what the last layer gives, one number a target, or a target and quantile,
 * quantiles fastest and in ascending order; of several {@code predictionCol} has the first target, its quantile nearest to 0.5, and
 * {@code predictionsCol} all. Rows are scored in batches on the CPU or GPU that {@code device} says, with as many threads as a task has
 * cores. A row scored by itself may differ from the same in a batch by rounding.
 *
 * <p>Immutable but for its Params; scoring is thread-safe.
 *
 * @param <M> the model itself
 */
public abstract class NetworkRegressionModel<M extends NetworkRegressionModel<M>> extends FittedRegressor<M>
        implements NetworkRegressorParams, NetworkScoringSetters<M>, TrainedNetworkModel {
    private static final long serialVersionUID = 1L;

    private final @Nullable FittedNetwork fitted;

    NetworkRegressionModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid);
        this.fitted = fitted;
    }

    /** The column of rows. */
    abstract NetworkColumn rows();

    /** A model of these numbers, or without any. */
    abstract M model(String uid, @Nullable FittedNetwork network);

    @Override
    public MLWriter write() {
        return new NetworkModelFiles.Writer(this, fittedNetwork());
    }

    private FittedNetwork fittedNetwork() {
        return FittedNetwork.require(fitted, uid());
    }

    @Override
    public Network fittedLayers() {
        return Network.of(architecture());
    }

    private Architecture architecture() {
        return fittedNetwork().architecture();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return fitted == null ? withColumns(schema) : scoring().schema(schema, withColumns(schema));
    }

    /**
     * Appends the prediction, those of all targets, and embeddings; a column whose name is "" is left out.
     *
     * @throws IllegalArgumentException if the column of rows is missing or of a wrong type, or there is no embeddingsLayer
     */
    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        return scoring().apply(data, transformSchema(data.schema()), outputValues());
    }

    /** What rows are scored with. */
    NetworkTransform scoring() {
        return new NetworkTransform(rows(), fittedNetwork());
    }

    @Override
    protected ValueScorer scorer() {
        return new NetworkValueScorer(scoring().scores(), QuantileLevels.outputs(this), QuantileLevels.point(this));
    }

    @Override
    public List<String> featureNames() {
        return scoring().featureNames();
    }

    @Override
    protected boolean hasGivenNames() {
        return false;
    }

    /** Values a row has; -1 where the model has no network yet, as Spark's models say it. */
    @Override
    public int numFeatures() {
        return fitted == null ? -1 : architecture().input().rowLength();
    }

    /** Targets, times quantiles where they are learnt; 1 where the model has no network yet. */
    @Override
    public int numOutputs() {
        return fitted == null ? 1 : architecture().numOutputs();
    }

    /** The quantile level that the prediction is of; empty under all other losses than quantile. */
    public OptionalDouble predictedLevel() {
        return QuantileLevels.areLearnt(this)
                ? OptionalDouble.of(getQuantiles()[QuantileLevels.point(this)])
                : OptionalDouble.empty();
    }

    @Override
    protected String valuesCol() {
        return getPredictionsCol();
    }

    /** Predictions of all targets of one row, of each its quantiles. */
    public Vector predictAll(Vector features) {
        return new DenseVector(scorer().values(rawPrediction(features)));
    }

    @Override
    public boolean hasSummary() {
        return fitted != null && fitted.hasSummary();
    }

    @Override
    public NetworkSummary summary() {
        return fittedNetwork().summary(uid());
    }

    /** Bytes of memory, about; Spark Connect's model cache of 4.1 asks, which is why 4.0 has nothing to override. */
    public long estimatedSize() {
        return fittedNetwork().estimatedSize();
    }

    /** See {@code predictionsCol}. */
    @SuppressWarnings("unchecked")
    public M setPredictionsCol(String value) {
        set(predictionsCol(), value);
        return (M) this;
    }

    @Override
    public M copy(ParamMap extra) {
        M copy = copyValues(model(uid(), fitted), extra);
        copy.setParent(parent());
        return copy;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + ": uid=" + uid()
                + (fitted == null
                        ? ", no network"
                        : ", input=" + architecture().input().describe() + ", parameters="
                                + architecture().numParameters() + ", numOutputs=" + numOutputs());
    }
}
