package org.sparkmlext.ml.neural;

import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.FittedRegressor;
import org.sparkmlext.ml.stage.ValueScorer;
import org.sparkmlext.net.Architecture;

/**
 * A network fitted by a {@link CnnRegressor}. The prediction is what the last layer gives, one number a target; of several targets
 * {@code predictionCol} has the first and {@code predictionsCol} all. Rows are scored in batches on the CPU or GPU that {@code device}
 * says, with as many threads as a task has cores.
 *
 * <p>The column may have another form than at training as long as it holds the same numbers: bytes where the network was trained on
 * bytes may come as arrays or vectors of whole numbers from 0 to 255. A row scored by itself may differ from the same in a batch by
 * rounding. Immutable but for its Params; scoring is thread-safe.
 */
public final class CnnRegressionModel extends FittedRegressor<CnnRegressionModel>
        implements CnnRegressorParams, CnnScoringSetters<CnnRegressionModel> {
    private static final long serialVersionUID = 1L;

    private final @Nullable FittedNetwork fitted;

    /** Without a network; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public CnnRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("cnnRegressor"));
    }

    /** Without a network, as the constructor without arguments. */
    public CnnRegressionModel(String uid) {
        this(uid, null);
    }

    CnnRegressionModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid);
        this.fitted = fitted;
        CnnRegressorParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<CnnRegressionModel> read() {
        return new NetworkModelFiles.Reader<>(CnnRegressionModel.class, CnnRegressionModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static CnnRegressionModel load(String path) {
        return read().load(path);
    }

    @Override
    public MLWriter write() {
        return new NetworkModelFiles.Writer(this, fittedNetwork());
    }

    private FittedNetwork fittedNetwork() {
        return FittedNetwork.require(fitted, uid());
    }

    /** The trained network: its layers, as JSON, summary and the like; with the layer for the targets. */
    public Network fittedLayers() {
        return Network.of(architecture());
    }

    private Architecture architecture() {
        return fittedNetwork().architecture();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return fitted == null ? withColumns(schema) : cnn().schema(schema, withColumns(schema));
    }

    /**
     * Appends the prediction, those of all targets, and embeddings; a column whose name is "" is left out.
     *
     * @throws IllegalArgumentException if the column of images is missing or of a wrong type, or there is no embeddingsLayer
     */
    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        return cnn().apply(data, transformSchema(data.schema()), outputValues());
    }

    private CnnTransform cnn() {
        return new CnnTransform(this, fittedNetwork());
    }

    @Override
    protected ValueScorer scorer() {
        return new NetworkValueScorer(cnn().scores());
    }

    @Override
    public List<String> featureNames() {
        return cnn().featureNames();
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

    /** Targets; 1 where the model has no network yet. */
    @Override
    public int numOutputs() {
        return fitted == null ? 1 : architecture().numOutputs();
    }

    @Override
    protected String valuesCol() {
        return getPredictionsCol();
    }

    /** Predictions of all targets of one row. */
    public Vector predictAll(Vector features) {
        return new DenseVector(scorer().values(rawPrediction(features)));
    }

    public boolean hasSummary() {
        return fitted != null && fitted.hasSummary();
    }

    /** @throws IllegalStateException if the model has none */
    public NetworkSummary summary() {
        return fittedNetwork().summary(uid());
    }

    /** Bytes of memory, about; Spark Connect's model cache of 4.1 asks, which is why 4.0 has nothing to override. */
    public long estimatedSize() {
        return fittedNetwork().estimatedSize();
    }

    /** See {@code predictionsCol}. */
    public CnnRegressionModel setPredictionsCol(String value) {
        set(predictionsCol(), value);
        return this;
    }

    @Override
    public CnnRegressionModel copy(ParamMap extra) {
        CnnRegressionModel copy = copyValues(new CnnRegressionModel(uid(), fitted), extra);
        copy.setParent(parent());
        return copy;
    }

    @Override
    public String toString() {
        return "CnnRegressionModel: uid=" + uid()
                + (fitted == null
                        ? ", no network"
                        : ", input=" + architecture().input().describe() + ", parameters="
                                + architecture().numParameters() + ", numOutputs=" + numOutputs());
    }
}
