package org.sparkmlext.ml.neural;

import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A network fitted by an {@link LstmRegressor}. The prediction is what the last layer gives, in the targets' units: one number a target, or
 * a target and quantile, quantiles fastest; of several {@code predictionCol} has the first target, its quantile nearest to the median, and
 * {@code predictionsCol} all. Rows are scored in batches on the CPU or GPU that {@code device} says, with as many threads as a task has
 * cores.
 *
 * <p>Sequences as of {@link LstmClassificationModel}. A row scored by itself may differ from the same in a batch by rounding. Immutable but
 * for its Params; scoring is thread-safe.
 */
public final class LstmRegressionModel extends NetworkRegressionModel<LstmRegressionModel>
        implements LstmRegressorParams, LstmScoringSetters<LstmRegressionModel> {
    private static final long serialVersionUID = 1L;

    /** Without a network; only for frameworks that find stages by their constructors. Everything but Params throws. */
    public LstmRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("lstmRegressor"));
    }

    /** Without a network, as the constructor without arguments. */
    public LstmRegressionModel(String uid) {
        this(uid, null);
    }

    LstmRegressionModel(String uid, @Nullable FittedNetwork fitted) {
        super(uid, fitted);
        LstmRegressorParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<LstmRegressionModel> read() {
        return new NetworkModelFiles.Reader<>(LstmRegressionModel.class, LstmRegressionModel::new);
    }

    /**
     * Loads a saved model.
     *
     * @throws java.io.UncheckedIOException if the directory is missing, damaged or foreign; the message names path and fault
     */
    public static LstmRegressionModel load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.sequences(this);
    }

    @Override
    LstmRegressionModel model(String uid, @Nullable FittedNetwork network) {
        return new LstmRegressionModel(uid, network);
    }

    /**
     * Forecasts what follows the last event of each entity, where the model was trained on events. Entities whose last window is not whole
     * are left out.
     *
     * @param events rows with entity, time and inputs; each entity's last {@code windowLength} events are enough
     * @return a row an entity, step and target: {@code entity} (text; empty where there is one series), {@code origin} (time of the last
     *     event), {@code step} (int from 1), {@code target} (name of the column), {@code forecast} (double) and, with loss quantile, a column
     *     a level such as {@code p10}, {@code p2_5}; {@code forecast} is then that of the level nearest to 0.5
     * @throws IllegalArgumentException if the model does not read events, or columns are missing or of a wrong type
     */
    public Dataset<Row> forecast(Dataset<?> events) {
        NetworkEvents read = NetworkEvents.of(this)
                .orElseThrow(() -> new IllegalArgumentException(
                        "timeCol is not set: the model reads whole sequences, and nobody knows what follows them in time. Train on events "
                                + "(timeCol, inputCols, targetCols, horizon), or use transform."));
        return ForecastTable.of(this, read, events, scoring().sequence().steps());
    }
}
