package org.sparkmlext.testing;

import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.sparkmlext.data.SeriesColumns;
import org.sparkmlext.data.SeriesRules;
import org.sparkmlext.data.SeriesTable;

/** Events of entities whose values are waves of different phases, so that the next steps follow from those before. */
public final class Waves {

    private static final StructType SCHEMA = new StructType()
            .add("entity", DataTypes.StringType)
            .add("time", DataTypes.LongType)
            .add("v", DataTypes.BooleanType)
            .add("a", DataTypes.FloatType)
            .add("b", DataTypes.FloatType);

    private Waves() {}

    private static float value(int entity, int step, int channel) {
        return (float) Math.sin(0.4 * step + entity + 1.3 * channel);
    }

    /**
     * Columns {@code entity}, {@code time} (0, 1, 2 ...), {@code v} (true from a step on), {@code a} and {@code b}; rows in no order.
     *
     * @param firstFlagged first step that {@code v} flags
     */
    public static Dataset<Row> table(SparkSession spark, int entities, int steps, int firstFlagged, int partitions) {
        List<Row> rows = IntStream.range(0, entities * steps)
                .map(i -> (int) (i * 7919L % (entities * steps)))
                .mapToObj(i -> RowFactory.create(
                        "e" + i / steps,
                        (long) (i % steps),
                        i % steps >= firstFlagged,
                        value(i / steps, i % steps, 0),
                        value(i / steps, i % steps, 1)))
                .toList();
        return spark.createDataFrame(rows, SCHEMA).repartition(partitions);
    }

    /** The series of {@link #table}, of channels {@code a} and {@code b}. */
    public static SeriesTable series(SeriesRules rules) {
        return SeriesTable.of(
                SCHEMA, new SeriesColumns("entity", "time", List.of("a", "b"), "v"), rules, ZoneOffset.UTC);
    }

    /** Rows that must be whole and at any times. */
    public static SeriesRules anyTimes() {
        return new SeriesRules(null, SeriesRules.Gaps.ERROR, SeriesRules.Duplicates.ERROR, false);
    }

    /** A series of many channels, named {@code c0, c1 ...}, without a flag. */
    public static SeriesTable wide(int channels) {
        StructType schema = new StructType().add("entity", DataTypes.StringType).add("time", DataTypes.LongType);
        List<String> names = IntStream.range(0, channels).mapToObj(c -> "c" + c).toList();
        for (String name : names) {
            schema = schema.add(name, DataTypes.FloatType);
        }
        return SeriesTable.of(schema, new SeriesColumns("entity", "time", names, null), anyTimes(), ZoneOffset.UTC);
    }

    /** The sorted rows of {@link #wide}, one reused object. */
    public static Iterator<InternalRow> wideRows(int entities, int steps, int channels) {
        Object[] values = new Object[2 + channels];
        return IntStream.range(0, entities * steps)
                .mapToObj(i -> {
                    values[0] = UTF8String.fromString("e" + i / steps);
                    values[1] = (long) (i % steps);
                    for (int c = 0; c < channels; c++) {
                        // Whole numbers that a float holds.
                        values[2 + c] = (float) (i / steps % 2000 * 7000 + i % steps * 31 + c);
                    }
                    return (InternalRow) new GenericInternalRow(values);
                })
                .iterator();
    }
}
