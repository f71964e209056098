package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.jspecify.annotations.Nullable;

/**
 * A network fitted by an {@link LstmClassifier}. Raw prediction is what the last layer gives, one number a class; probability is its
 * softmax. Rows are scored in batches on the CPU or GPU that {@code device} says, with as many threads as a task has cores.
 *
 * <p>Sequences longer than the network's steps are read to their last steps; shorter ones are taken where the training rows had unequal
 * lengths. A vector to {@code predict} has all steps, one after the other. Immutable but for its Params; scoring is thread-safe.
 */
public final class LstmClassificationModel extends NetworkClassificationModel<LstmClassificationModel>
        implements LstmClassifierParams, LstmScoringSetters<LstmClassificationModel> {
    private static final long serialVersionUID = 1L;

    /** Without a network; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public LstmClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("lstmClassifier"));
    }

    /** Without a network, as the constructor without arguments. */
    public LstmClassificationModel(String uid) {
        this(uid, null);
    }

    LstmClassificationModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid, fitted);
        LstmClassifierParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<LstmClassificationModel> read() {
        return new NetworkModelFiles.Reader<>(LstmClassificationModel.class, LstmClassificationModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static LstmClassificationModel load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.sequences(this);
    }

    @Override
    LstmClassificationModel model(String uid, @Nullable FittedNetwork network) {
        return new LstmClassificationModel(uid, network);
    }
}
