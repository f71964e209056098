package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.net.Architecture;

/**
 * A convolutional network for classes; labels are 0 to k-1. Minimises the cross-entropy of softmax, with label smoothing or as focal
 * loss by choice, data-parallel over all workers.
 *
 * <p>Images come in {@code imageCol} (or {@code featuresCol}): pixels of {@link org.sparkmlext.ml.feature.ImageAssembler}, Spark's image
 * struct, binary or array columns, vectors; all rows of one size, no value missing. The network is a preset by name, or any
 * {@link Network}; where it has no layer for the classes yet, one is added.
 *
 * <p>For a number of workers, and the same rows on each of them, the model is the same bit for bit, run after run.
 *
 * <p>Errors: contradicting Params, columns that are missing or of a wrong type, a network that is unknown, faulty or of another image
 * size give an {@link IllegalArgumentException} before any data is read; bad values (labels that are no class, classes without rows,
 * rows of different lengths, no rows) and training that diverges an {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class CnnClassifier extends NetworkClassifier<CnnClassifier, CnnClassificationModel>
        implements CnnClassifierParams, CnnSetters<CnnClassifier> {
    private static final long serialVersionUID = 1L;

    public CnnClassifier() {
        this(Identifiable$.MODULE$.randomUID("cnnClassifier"));
    }

    public CnnClassifier(String uid) {
        super(uid);
        CnnClassifierParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<CnnClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static CnnClassifier load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.images(this);
    }

    @Override
    Architecture architecture(Dataset<?> data) {
        return ImageNetworks.architecture(this, rows().field(data.schema()));
    }

    @Override
    CnnClassificationModel model(String uid, @Nullable FittedNetwork network) {
        return new CnnClassificationModel(uid, network);
    }

    @Override
    String augmentationText() {
        return getAugmentation();
    }
}
