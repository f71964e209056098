package org.sparkmlext.ml.feature;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamMap$;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.InvalidEventsException;
import org.sparkmlext.data.SeriesReader;
import org.sparkmlext.ml.stage.EventColumns;

/**
 * A table of events to windows, a row each: the steps of a window, and what comes after it as its label.
 *
 * <p>An estimator, because features may be scaled: the statistics are those of the training part alone, which ends where the validation
 * or test part begins. With {@code scaling} none nothing is read in {@link #fit}.
 *
 * <p>Output columns, and no others: entity and time of the window's last step, as the events have them; the validation indicator or the
 * part where the data is split; {@code sequenceCol}, {@code windowLength x features} floats, fewer steps in a window of a short series, with
 * {@link SequenceMetadata}; {@code lengthCol}; {@code labelCol} where there are targets: step after step of the horizon, in each the targets.
 *
 * <p>All windows of an entity lie in one partition in the order of time, whatever the partitioning of the events. A task holds the
 * steps of one window.
 *
 * <p>Errors: missing or wrongly typed columns and Params that contradict each other give an {@link IllegalArgumentException} before any
 * data is read; events that break the rules fail the query with an {@link InvalidEventsException} that names entity and time.
 */
public final class SequenceAssembler extends Estimator<SequenceAssemblerModel>
        implements SequenceAssemblerSetters<SequenceAssembler>, DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;

    public SequenceAssembler() {
        this(Identifiable$.MODULE$.randomUID("sequenceAssembler"));
    }

    public SequenceAssembler(String uid) {
        this.uid = uid;
        SequenceAssemblerParams.setDefaults(this);
    }

    /** Reader of saved assemblers; Spark's Pipeline calls it. */
    public static MLReader<SequenceAssembler> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved assembler. */
    public static SequenceAssembler load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public SequenceAssembler copy(ParamMap extra) {
        return (SequenceAssembler) defaultCopy(extra);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return SequencePlan.of(this, schema, ZoneOffset.UTC, true).output();
    }

    /**
     * Takes the statistics of the training part, where features are scaled.
     *
     * @throws IllegalArgumentException if there are no events to train on, besides the errors above
     */
    @Override
    public SequenceAssemblerModel fit(Dataset<?> data) {
        SequencePlan plan = SequencePlan.of(this, data.schema(), EventColumns.zone(data), true);
        SequenceScaling scaling = getScaling().equals(NONE) ? SequenceScaling.none() : scaling(plan, data);
        SequenceAssemblerModel model = copyValues(new SequenceAssemblerModel(uid, scaling), ParamMap$.MODULE$.empty());
        model.setParent(this);
        return model;
    }

    private SequenceScaling scaling(SequencePlan plan, Dataset<?> data) {
        List<String> columns = plan.scaledColumns();
        int channels = columns.size();
        Dataset<Row> partitions = plan.table()
                .sorted(data)
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>) rows -> {
                            SeriesReader reader = plan.table().readRows(rows);
                            ChannelStatistics statistics = new ChannelStatistics(channels);
                            float[] step =
                                    new float[plan.table().columns().channels().size()];
                            while (reader.next()) {
                                if (!reader.isFilled() && plan.isTraining(reader.time(), reader.isValidation())) {
                                    reader.copyTo(step, 0);
                                    statistics.add(step);
                                }
                            }
                            return List.of(statistics.toRow()).iterator();
                        },
                        Encoders.row(ChannelStatistics.schema()));
        ChannelStatistics all = new ChannelStatistics(channels);
        partitions.collectAsList().forEach(row -> all.merge(ChannelStatistics.of(row)));
        if (all.count() == 0) {
            throw new IllegalArgumentException(
                    "there are no rows in the training part, so nothing can be scaled by its statistics. Give it rows (validationStart,"
                            + " testStart and validationIndicatorCol say where it ends), or set scaling to none.");
        }
        List<Double> shift = new ArrayList<>();
        List<Double> scale = new ArrayList<>();
        boolean isStandard = getScaling().equals(STANDARD);
        for (int c = 0; c < channels; c++) {
            shift.add(isStandard ? all.mean(c) : all.least(c));
            double size = isStandard ? all.deviation(c) : all.most(c) - all.least(c);
            // A constant column becomes 0, not NaN.
            scale.add(size > 0 ? size : 1.0);
        }
        return new SequenceScaling(columns, shift, scale);
    }
}
