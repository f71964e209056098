package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.jspecify.annotations.Nullable;

/**
 * A network fitted by a {@link CnnRegressor}. The prediction is what the last layer gives, one number a target; of several targets
 * {@code predictionCol} has the first and {@code predictionsCol} all. Rows are scored in batches on the CPU or GPU that {@code device}
 * says, with as many threads as a task has cores.
 *
 * <p>The column may have another form than at training as long as it holds the same numbers: bytes where the network was trained on
 * bytes may come as arrays or vectors of whole numbers from 0 to 255. A row scored by itself may differ from the same in a batch by
 * rounding. Immutable but for its Params; scoring is thread-safe.
 */
public final class CnnRegressionModel extends NetworkRegressionModel<CnnRegressionModel>
        implements CnnRegressorParams, CnnScoringSetters<CnnRegressionModel> {
    private static final long serialVersionUID = 1L;

    /** Without a network; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public CnnRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("cnnRegressor"));
    }

    /** Without a network, as the constructor without arguments. */
    public CnnRegressionModel(String uid) {
        this(uid, null);
    }

    CnnRegressionModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid, fitted);
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
    NetworkColumn rows() {
        return NetworkColumn.images(this);
    }

    @Override
    CnnRegressionModel model(String uid, @Nullable FittedNetwork network) {
        return new CnnRegressionModel(uid, network);
    }
}
