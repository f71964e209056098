package org.sparkmlext.ml.neural;

import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.WindowTable;
import org.sparkmlext.ml.stage.EventColumns;
import org.sparkmlext.net.Architecture;

/**
 * A network for numbers that follow from sequences, recurrent unless {@code network} says otherwise: one a row, or several where labels are
 * vectors or arrays. Minimises the squared, absolute, Huber or quantile error, data-parallel over all workers.
 *
 * <p>Sequences come in {@code sequenceCol} (or {@code featuresCol}), see {@link LstmClassifier}. Features and targets are standardised by
 * the training rows ({@code standardization}); predictions come back in the targets' units, losses and metrics are in deviations.
 *
 * <p>For a number of workers, and the same rows on each of them, the model is the same bit for bit, run after run.
 *
 * <p>Errors: as of {@link LstmClassifier}; labels that are not finite or of different lengths give an
 * {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class LstmRegressor extends NetworkRegressor<LstmRegressor, LstmRegressionModel>
        implements LstmRegressorParams, LstmSetters<LstmRegressor> {
    private static final long serialVersionUID = 1L;

    public LstmRegressor() {
        this(Identifiable$.MODULE$.randomUID("lstmRegressor"));
    }

    public LstmRegressor(String uid) {
        super(uid);
        LstmRegressorParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<LstmRegressor> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static LstmRegressor load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.sequences(this);
    }

    @Override
    Architecture architecture(Dataset<?> data) {
        return NetworkEvents.of(this)
                .map(events -> events.forecasting(QuantileLevels.outputs(this)))
                .orElseGet(() -> new SequenceNetworks(this, rows().field(data.schema())).architecture(data));
    }

    @Override
    TrainingData trainingData(Dataset<?> data, TableColumns columns, Architecture network) {
        return NetworkEvents.of(this)
                .map(events ->
                        events.trainingData(data, windows(data.schema(), columns.weightCol(), EventColumns.zone(data))))
                .orElseGet(() -> super.trainingData(data, SequenceNetworks.table(columns, network), network));
    }

    @Override
    protected TableColumns tableColumns(StructType schema) {
        // Only columns are looked at, whatever the session's zone.
        return NetworkEvents.of(this)
                .map(events -> windows(schema, events.weight(), ZoneOffset.UTC).columns())
                .orElseGet(() -> super.tableColumns(schema));
    }

    private WindowTable windows(StructType schema, @Nullable String weight, ZoneId zone) {
        NetworkEvents events = new NetworkEvents(this);
        return events.windows(schema, events.targets(), getHorizon(), target(), weight, zone);
    }

    @Override
    protected int numValues() {
        return NetworkEvents.of(this)
                .map(events -> events.numTargets() * QuantileLevels.outputs(this))
                .orElseGet(super::numValues);
    }

    @Override
    void checkRows() {
        NetworkEvents.check(this, rows());
        int targets = NetworkEvents.of(this).map(NetworkEvents::numTargets).orElse(1);
        if (targets > 1 && getPredictionsCol().isEmpty()) {
            throw new IllegalArgumentException("horizon " + getHorizon() + " and targetCols make " + targets
                    + " targets of a window, and predictionCol has room for the first only. Set predictionsCol to a name for the "
                    + "vectors of all.");
        }
    }

    @Override
    LstmRegressionModel model(String uid, @Nullable FittedNetwork network) {
        return new LstmRegressionModel(uid, network);
    }

    @Override
    boolean standardises() {
        return getStandardization();
    }
}
