package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.jspecify.annotations.Nullable;

/**
 * A network fitted by a {@link CnnClassifier}. Raw prediction is what the last layer gives, one number a class; probability is its
 * softmax. Rows are scored in batches on the CPU or GPU that {@code device} says, with as many threads as a task has cores.
 *
 * <p>The column may have another form than at training as long as it holds the same numbers: bytes where the network was trained on
 * bytes may come as arrays or vectors of whole numbers from 0 to 255. Immutable but for its Params; scoring is thread-safe.
 */
public final class CnnClassificationModel extends NetworkClassificationModel<CnnClassificationModel>
        implements CnnClassifierParams, CnnScoringSetters<CnnClassificationModel> {
    private static final long serialVersionUID = 1L;

    /** Without a network; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public CnnClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("cnnClassifier"));
    }

    /** Without a network, as the constructor without arguments. */
    public CnnClassificationModel(String uid) {
        this(uid, null);
    }

    CnnClassificationModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid, fitted);
        CnnClassifierParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<CnnClassificationModel> read() {
        return new NetworkModelFiles.Reader<>(CnnClassificationModel.class, CnnClassificationModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static CnnClassificationModel load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.images(this);
    }

    @Override
    CnnClassificationModel model(String uid, @Nullable FittedNetwork network) {
        return new CnnClassificationModel(uid, network);
    }
}
