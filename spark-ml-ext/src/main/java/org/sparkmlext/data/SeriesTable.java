package org.sparkmlext.data;

import java.io.Serializable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A table of events as series: on the driver it checks the columns and lays them out ({@link #sorted}), on the executors it reads
 * partitions step after step ({@link #read}).
 *
 * <p>All events of an entity lie in one partition, ordered by time; without an entity column there is one series and one partition.
 * Spark sorts them, spilling where memory is short, and {@link #read} holds one step: no entity is ever collected.
 *
 * <p>The order of a table's rows is not defined in Spark, so of events of one entity and time "the last" is defined by their content:
 * the largest by the first channel, then by the second and so on, at last by flag and weight. To keep that of another column, such as the time of arrival, drop the others
 * before.
 *
 * <p>Immutable.
 */
public final class SeriesTable implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int ENTITY = 0;
    private static final int TIME = 1;

    /** Of the columns of {@link #sorted}: what the user calls them is not among them. */
    private static final String PREFIX = "series_";

    private final SeriesColumns columns;
    private final SeriesRules rules;
    private final TimeKind timeKind;
    private final ZoneId zone;

    private SeriesTable(SeriesColumns columns, SeriesRules rules, TimeKind timeKind, ZoneId zone) {
        this.columns = columns;
        this.rules = rules;
        this.timeKind = timeKind;
        this.zone = zone;
    }

    /**
     * Checks the types of the columns.
     *
     * @param schema of the events; has the columns by these very names
     * @param zone the session's time zone
     * @throws IllegalArgumentException if a column has a type that cannot be used so; names Param, column and type
     */
    public static SeriesTable of(StructType schema, SeriesColumns columns, SeriesRules rules, ZoneId zone) {
        if (columns.entityCol() != null) {
            DataType type = schema.apply(columns.entityCol()).dataType();
            require(
                    type instanceof StringType || isWhole(type) || type instanceof BooleanType || isTime(type),
                    "entityCol",
                    columns.entityCol(),
                    type,
                    "string, a whole number, boolean, date or timestamp; cast it to string");
        }
        for (String channel : columns.channels()) {
            DataType type = schema.apply(channel).dataType();
            require(
                    type instanceof NumericType || type instanceof BooleanType,
                    "inputCols or targetCols",
                    channel,
                    type,
                    "a number or boolean; index strings (StringIndexer) or cast the column first");
        }
        if (columns.validationIndicatorCol() != null) {
            DataType type = schema.apply(columns.validationIndicatorCol()).dataType();
            require(
                    type instanceof BooleanType,
                    "validationIndicatorCol",
                    columns.validationIndicatorCol(),
                    type,
                    "boolean");
        }
        if (columns.weightCol() != null) {
            DataType type = schema.apply(columns.weightCol()).dataType();
            require(type instanceof NumericType, "weightCol", columns.weightCol(), type, "a number");
        }
        return new SeriesTable(
                columns, rules, timeKind(schema.apply(columns.timeCol()).dataType(), columns.timeCol()), zone);
    }

    /**
     * The kind of a column of times.
     *
     * @throws IllegalArgumentException if it holds none
     */
    public static TimeKind timeKind(DataType type, String column) {
        require(
                isTime(type) || isWhole(type),
                "timeCol",
                column,
                type,
                "timestamp, timestamp_ntz, date, or a whole number; turn text into moments with to_timestamp, which reads offsets such"
                        + " as +01:00 where the text has them");
        return type instanceof TimestampType
                ? TimeKind.TIMESTAMP
                : type instanceof TimestampNTZType
                        ? TimeKind.TIMESTAMP_NTZ
                        : type instanceof DateType ? TimeKind.DATE : TimeKind.NUMBER;
    }

    private static boolean isTime(DataType type) {
        return type instanceof TimestampType || type instanceof TimestampNTZType || type instanceof DateType;
    }

    private static boolean isWhole(DataType type) {
        return type instanceof ByteType
                || type instanceof ShortType
                || type instanceof IntegerType
                || type instanceof LongType;
    }

    private static void require(boolean holds, String param, String column, DataType type, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException("column '" + column + "' (" + param + ") has type " + type.simpleString()
                    + "; allowed: " + allowed);
        }
    }

    public SeriesColumns columns() {
        return columns;
    }

    public TimeKind timeKind() {
        return timeKind;
    }

    /** A time as messages show it. */
    public String timeText(long time) {
        return timeKind.text(time, zone);
    }

    /**
     * The events, partitioned by entity and sorted by entity and time: entity as text, time as a number of its {@link TimeKind},
     * the validation flag where there is one, the weight as float32 where there is one, the channels as float32, then {@code extra}.
     *
     * @param extra further columns, which {@link #read} pays no attention to; their names stay
     * @throws IllegalArgumentException if the data is a stream: series need all events
     */
    public Dataset<Row> sorted(Dataset<?> data, Column... extra) {
        if (data.isStreaming()) {
            throw new IllegalArgumentException(
                    "the events are a stream; series need all events of an entity, so allowed are tables only. In a stream use"
                            + " foreachBatch on batches that hold whole series.");
        }
        List<Column> selected = new ArrayList<>();
        Column entity = columns.entityCol() == null
                ? functions.lit("")
                : byName(columns.entityCol()).cast(DataTypes.StringType);
        selected.add(entity.as(PREFIX + "entity"));
        selected.add(timeNumber(byName(columns.timeCol()), timeKind).as(PREFIX + "time"));
        List<Column> ranked = new ArrayList<>();
        if (columns.validationIndicatorCol() != null) {
            selected.add(byName(columns.validationIndicatorCol()).as(PREFIX + "validation"));
            ranked.add(functions.col(PREFIX + "validation"));
        }
        if (columns.weightCol() != null) {
            selected.add(byName(columns.weightCol()).cast(DataTypes.FloatType).as(PREFIX + "weight"));
            ranked.add(functions.col(PREFIX + "weight"));
        }
        for (int c = 0; c < columns.channels().size(); c++) {
            selected.add(
                    byName(columns.channels().get(c)).cast(DataTypes.FloatType).as(PREFIX + c));
            ranked.add(c, functions.col(PREFIX + c));
        }
        List<Column> order = new ArrayList<>(List.of(functions.col(PREFIX + "entity"), functions.col(PREFIX + "time")));
        if (rules.duplicates() == SeriesRules.Duplicates.LAST) {
            // The one that counts comes first, so that the reader need not look ahead.
            ranked.forEach(column -> order.add(column.desc_nulls_last()));
        }
        selected.addAll(Arrays.asList(extra));
        Dataset<Row> events = data.toDF().select(selected.toArray(Column[]::new));
        Dataset<Row> together = columns.entityCol() == null
                ? events.repartition(1)
                : events.repartition(functions.col(PREFIX + "entity"));
        return together.sortWithinPartitions(order.toArray(Column[]::new));
    }

    /** A column of times as the numbers of their kind. */
    public static Column timeNumber(Column time, TimeKind kind) {
        return switch (kind) {
            case TIMESTAMP -> functions.unix_micros(time);
            case DATE -> functions.unix_date(time).cast(DataTypes.LongType).multiply(TimeKind.MICROS_A_DAY);
            // Part by part: a cast to a moment would take hours that the session's zone leaves out for others.
            case TIMESTAMP_NTZ ->
                functions
                        .unix_date(time.cast(DataTypes.DateType))
                        .cast(DataTypes.LongType)
                        .multiply(TimeKind.MICROS_A_DAY)
                        .plus(functions.hour(time).multiply(3_600_000_000L))
                        .plus(functions.minute(time).multiply(60_000_000L))
                        .plus(functions
                                .date_part(functions.lit("SECOND"), time)
                                .multiply(1_000_000)
                                .cast(DataTypes.LongType));
            case NUMBER -> time.cast(DataTypes.LongType);
        };
    }

    /** A column by its very name, dots and all. */
    private static Column byName(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /** Columns of {@link #sorted} before those that are extra. */
    public int numColumns() {
        return firstChannel() + columns.channels().size();
    }

    private int firstChannel() {
        return TIME + 1 + (columns.validationIndicatorCol() == null ? 0 : 1) + (columns.weightCol() == null ? 0 : 1);
    }

    /** Reads one partition of {@link #sorted}. The rows may be one reused object. */
    public SeriesReader read(Iterator<InternalRow> rows) {
        return new SeriesReader(rows, columns, rules, timeKind, zone, ENTITY, TIME, firstChannel());
    }

    /** The same from rows in the form in which queries hand them out; those after the table's own columns are not looked at. */
    public SeriesReader readRows(Iterator<Row> rows) {
        int numColumns = numColumns();
        return read(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public InternalRow next() {
                Row row = rows.next();
                Object[] values = new Object[numColumns];
                for (int i = 0; i < numColumns; i++) {
                    Object value = row.get(i);
                    values[i] = value instanceof String text ? UTF8String.fromString(text) : value;
                }
                return new GenericInternalRow(values);
            }
        });
    }
}
