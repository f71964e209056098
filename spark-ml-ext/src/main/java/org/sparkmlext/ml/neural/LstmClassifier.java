package org.sparkmlext.ml.neural;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.spark.ml.param.Param;
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
 * A network for classes of sequences, recurrent unless {@code network} says otherwise; labels are 0 to k-1. Minimises the cross-entropy of
 * softmax, with label smoothing or as focal loss by choice, data-parallel over all workers.
 *
 * <p>Sequences come in {@code sequenceCol} (or {@code featuresCol}): an array of steps a row, each an array of numbers or a vector, or one
 * array or vector with the numbers of all steps. Rows may have any number of steps, of which the last {@code windowLength} are read; all
 * steps have as many features, and no value is missing. Features are standardised by the training rows ({@code standardization}).
 *
 * <p>For a number of workers, and the same rows on each of them, the model is the same bit for bit, run after run.
 *
 * <p>Errors: contradicting Params, columns that are missing or of a wrong type, a network that is unknown, faulty or of another number of
 * features give an {@link IllegalArgumentException} before training; bad values (labels that are no class, classes without rows, steps of
 * different sizes, sequences of no steps, no rows) and training that diverges an
 * {@link org.sparkmlext.training.InvalidTrainingDataException}.
 */
public final class LstmClassifier extends NetworkClassifier<LstmClassifier, LstmClassificationModel>
        implements LstmClassifierParams, LstmSetters<LstmClassifier> {
    private static final long serialVersionUID = 1L;

    public LstmClassifier() {
        this(Identifiable$.MODULE$.randomUID("lstmClassifier"));
    }

    public LstmClassifier(String uid) {
        super(uid);
        LstmClassifierParams.setDefaults(this);
    }

    /** Reader of saved estimators; Spark's Pipeline calls it. */
    public static MLReader<LstmClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved estimator. */
    public static LstmClassifier load(String path) {
        return read().load(path);
    }

    @Override
    NetworkColumn rows() {
        return NetworkColumn.sequences(this);
    }

    @Override
    Architecture architecture(Dataset<?> data) {
        return NetworkEvents.of(this)
                .map(NetworkEvents::architecture)
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
        return new NetworkEvents(this).windows(schema, List.of(getLabelCol()), 0, target(), weight, zone);
    }

    @Override
    void checkRows() {
        NetworkEvents.check(this, rows());
        for (Param<?> param : List.of(horizon(), targetCols())) {
            if (isSet(param)) {
                throw new IllegalArgumentException(
                        param.name() + " is set, but classes are those of labelCol in a window's last step; clear("
                                + param.name() + ")");
            }
        }
    }

    @Override
    LstmClassificationModel model(String uid, @Nullable FittedNetwork network) {
        return new LstmClassificationModel(uid, network);
    }

    @Override
    boolean standardises() {
        return getStandardization();
    }
}
