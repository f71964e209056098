package org.sparkmlext.ml.feature;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.SeriesTable;
import org.sparkmlext.ml.stage.EventColumns;
import org.sparkmlext.ml.stage.FeatureColumns;

/**
 * What {@link SequenceAssembler} fits: the statistics that scale features. Params may be set anew before {@link #transform}, for instance
 * no targets and another stride for scoring; {@code inputCols}, {@code lagCols} and {@code lags} must stay where features are scaled.
 *
 * <p>Where the validation indicator is no column of the data, no event is one to validate on, and the output has no such column.
 */
public final class SequenceAssemblerModel extends Model<SequenceAssemblerModel>
        implements SequenceAssemblerSetters<SequenceAssemblerModel>, MLWritable {
    private static final long serialVersionUID = 1L;

    private static final String PREFIX = "window_";

    private final String uid;
    private final SequenceScaling scaling;

    public SequenceAssemblerModel() {
        this(Identifiable$.MODULE$.randomUID("sequenceAssembler"));
    }

    /** A model that scales nothing. */
    public SequenceAssemblerModel(String uid) {
        this(uid, SequenceScaling.none());
    }

    SequenceAssemblerModel(String uid, SequenceScaling scaling) {
        this.uid = uid;
        this.scaling = scaling;
        SequenceAssemblerParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<SequenceAssemblerModel> read() {
        return new SequenceAssemblerFiles.Reader();
    }

    /** Loads a saved model. */
    public static SequenceAssemblerModel load(String path) {
        return read().load(path);
    }

    @Override
    public MLWriter write() {
        return new SequenceAssemblerFiles.Writer(this, scaling);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public SequenceAssemblerModel copy(ParamMap extra) {
        SequenceAssemblerModel copy = copyValues(new SequenceAssemblerModel(uid, scaling), extra);
        copy.setParent(parent());
        return copy;
    }

    /** Columns that have statistics, in the order of {@link #shift} and {@link #scale}; none where nothing is scaled. */
    public String[] scaledCols() {
        return scaling.columns().toArray(String[]::new);
    }

    /** What is taken from the values of each column: a feature is {@code (x - shift) / scale}. */
    public double[] shift() {
        return scaling.shift().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** What the values of each column are divided by, above 0. */
    public double[] scale() {
        return scaling.scale().stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return plan(schema, ZoneOffset.UTC).output();
    }

    private SequencePlan plan(StructType schema, ZoneId zone) {
        SequencePlan plan = SequencePlan.of(this, schema, zone, false);
        if (!scaling.isNone()) {
            plan.scaledColumns().forEach(scaling::indexOf);
        }
        return plan;
    }

    /** The windows of a table of events; lazily, as any query. */
    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        SequencePlan plan = plan(data.schema(), EventColumns.zone(data));
        SequenceScaling fitted = scaling;
        Column[] extra = plan.entityCol() == null
                ? new Column[0]
                : new Column[] {FeatureColumns.byName(plan.entityCol()).as(PREFIX + "entity")};
        Dataset<Row> windows = plan.table()
                .sorted(data, extra)
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>) rows -> new SequenceWindows(rows, plan, fitted),
                        Encoders.row(emitted(plan)));
        List<Column> columns = new ArrayList<>();
        int timeAt = plan.entityCol() == null ? 0 : 1;
        for (StructField field : plan.output().fields()) {
            int at = columns.size();
            Column column = at == timeAt ? time(PREFIX + at, plan.table(), field) : functions.col(PREFIX + at);
            columns.add(column.as(field.name(), field.metadata()));
        }
        return windows.select(columns.toArray(Column[]::new));
    }

    /** What {@link SequenceWindows} gives: by number, because names of the user's may hold anything. */
    private static StructType emitted(SequencePlan plan) {
        int timeAt = plan.entityCol() == null ? 0 : 1;
        StructType emitted = new StructType();
        for (StructField field : plan.output().fields()) {
            int at = emitted.length();
            emitted = emitted.add(PREFIX + at, at == timeAt ? DataTypes.LongType : field.dataType(), true);
        }
        return emitted;
    }

    /** The time as its column had it. */
    private static Column time(String time, SeriesTable table, StructField field) {
        return switch (table.timeKind()) {
            case TIMESTAMP -> functions.timestamp_micros(functions.col(time));
            case DATE -> functions.expr("date_from_unix_date(cast(" + time + " div 86400000000 as int))");
            case TIMESTAMP_NTZ ->
                functions.expr("TIMESTAMP_NTZ'1970-01-01 00:00:00' + make_dt_interval(0, 0, 0, cast(" + time
                        + " as decimal(20, 0)) / 1000000)");
            case NUMBER -> functions.col(time).cast(field.dataType());
        };
    }
}
