package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.net.Architecture;

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
public final class CnnRegressor extends NetworkRegressor<CnnRegressor, CnnRegressionModel>
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
    NetworkColumn rows() {
        return NetworkColumn.images(this);
    }

    @Override
    Architecture architecture(Dataset<?> data) {
        return ImageNetworks.architecture(this, rows().field(data.schema()));
    }

    @Override
    CnnRegressionModel model(String uid, @Nullable FittedNetwork network) {
        return new CnnRegressionModel(uid, network);
    }

    @Override
    String augmentationText() {
        return getAugmentation();
    }
}
