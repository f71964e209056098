package org.sparkmlext.ml.neural;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.FittedClassifier;
import org.sparkmlext.net.Architecture;

/**
 * What fitted networks for classes share. Raw prediction is what the last layer gives, one number a class; probability is its
 * softmax. Rows are scored in batches on the CPU or GPU that {@code device} says, with as many threads as a task has cores.
 *
 * <p>Immutable but for its Params; scoring is thread-safe.
 *
 * @param <M> the model itself
 */
public abstract class NetworkClassificationModel<M extends NetworkClassificationModel<M>> extends FittedClassifier<M>
        implements NetworkClassifierParams, NetworkScoringSetters<M>, TrainedNetworkModel {
    private static final long serialVersionUID = 1L;

    private final @Nullable FittedNetwork fitted;

    NetworkClassificationModel(String uid, @Nullable FittedNetwork fitted) {
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
     * Appends raw prediction, probability, prediction and embeddings; a column whose name is "" is left out.
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
    protected ClassScorer scorer() {
        return new NetworkClassScorer(scoring().scores());
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

    /** Two where the model has no network yet. */
    @Override
    public int numClasses() {
        return fitted == null ? 2 : architecture().numOutputs();
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
                                + architecture().numParameters() + ", numClasses=" + numClasses());
    }
}
