package org.sparkmlext.ml.forecast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SeriesColumns;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * A table of events laid out as series: the rows of an entity lie together in one partition, ordered by time. Beside its own columns it
 * has {@link #ENTITY} and {@link #TIME}.
 */
final class EventTable {

    /** Text, never null. */
    static final String ENTITY = "__entity";
    /** Long: microseconds since 1970-01-01 UTC, or the value itself where times are whole numbers. */
    static final String TIME = "__time";

    private EventTable() {}

    /**
     * Checks that a table has what makes its series.
     *
     * @return the table
     * @throws IllegalArgumentException if a column is missing or of a wrong type
     */
    static Dataset<Row> requireColumns(Dataset<Row> events, SeriesColumns columns) {
        List<String> present = Arrays.asList(events.columns());
        List<String> needed = new ArrayList<>(columns.channels());
        needed.add(columns.timeCol());
        String entityCol = columns.entityCol();
        if (entityCol != null) {
            needed.add(entityCol);
        }
        for (String name : needed) {
            if (!present.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no column '" + name + "'; the table has " + String.join(", ", present));
            }
        }
        for (String name : columns.channels()) {
            DataType type = events.schema().apply(name).dataType();
            if (!(type instanceof NumericType) && !(type instanceof BooleanType)) {
                throw new IllegalArgumentException("target '" + name + "' must be numeric, is " + type.simpleString());
            }
        }
        return events;
    }

    /** Lays a table out that {@link #requireColumns} passed. Rows without entity or time are found when it is read. */
    static Dataset<Row> of(Dataset<Row> events, SeriesColumns columns, EventTimes times) {
        String entityCol = columns.entityCol();
        Dataset<Row> keyed = events.withColumn(
                        ENTITY,
                        entityCol == null
                                ? functions.lit("")
                                : column(entityCol).cast(DataTypes.StringType))
                .withColumn(TIME, times.toNumber(column(columns.timeCol())));
        Dataset<Row> together = entityCol == null ? keyed.repartition(1) : keyed.repartition(functions.col(ENTITY));
        return together.sortWithinPartitions(functions.col(ENTITY), functions.col(TIME));
    }

    /** A column by its plain name, whatever dots are in it. */
    static Column column(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /**
     * The series of a table that {@link #of} laid out, or of some of its rows in the same order.
     *
     * <p>Reading fails with {@link InvalidTrainingDataException} at a row without entity or time and where two rows of an entity have
     * the same time.
     */
    static JavaRDD<Series> series(Dataset<Row> table, SeriesColumns columns) {
        List<Column> wanted = new ArrayList<>(List.of(functions.col(ENTITY), functions.col(TIME)));
        columns.channels().forEach(name -> wanted.add(column(name).cast(DataTypes.DoubleType)));
        return table.select(wanted.toArray(Column[]::new))
                .toJavaRDD()
                .mapPartitions(rows -> new SeriesIterator(rows, columns));
    }

    /** Cuts the rows of a partition into series. */
    private static final class SeriesIterator implements Iterator<Series> {
        private static final int FIRST_ROWS = 64;

        private final Iterator<Row> rows;
        private final SeriesColumns columns;
        /** The first row of the next series; null at the end. */
        private @Nullable Row next;

        private SeriesIterator(Iterator<Row> rows, SeriesColumns columns) {
            this.rows = rows;
            this.columns = columns;
            next = nextRow();
        }

        private @Nullable Row nextRow() {
            if (!rows.hasNext()) {
                return null;
            }
            Row row = rows.next();
            if (row.isNullAt(0)) {
                throw new InvalidTrainingDataException("a row has no value in entity column '" + columns.entityCol()
                        + "'; every row must belong to a series");
            }
            if (row.isNullAt(1)) {
                throw new InvalidTrainingDataException(
                        "a row" + ofEntity(row.getString(0)) + " has no time in column '" + columns.timeCol() + "'");
            }
            return row;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Series next() {
            Row row = next;
            if (row == null) {
                throw new NoSuchElementException("no more series");
            }
            String entity = row.getString(0);
            int targets = columns.channels().size();
            long[] times = new long[FIRST_ROWS];
            double[][] values = new double[targets][FIRST_ROWS];
            int count = 0;
            while (row != null && row.getString(0).equals(entity)) {
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                    for (int k = 0; k < targets; k++) {
                        values[k] = Arrays.copyOf(values[k], 2 * count);
                    }
                }
                times[count] = row.getLong(1);
                if (count > 0 && times[count] == times[count - 1]) {
                    throw new InvalidTrainingDataException(
                            "two rows" + ofEntity(entity) + " have the same time in column '"
                                    + columns.timeCol() + "' (as a number: " + times[count]
                                    + "); aggregate or drop duplicates first");
                }
                for (int k = 0; k < targets; k++) {
                    double value = row.isNullAt(2 + k) ? Double.NaN : row.getDouble(2 + k);
                    values[k][count] = Double.isInfinite(value) ? Double.NaN : value;
                }
                count++;
                row = nextRow();
            }
            next = row;
            times = Arrays.copyOf(times, count);
            for (int k = 0; k < targets; k++) {
                values[k] = Arrays.copyOf(values[k], count);
            }
            return new Series(entity, times, values);
        }

        private static String ofEntity(String entity) {
            return entity.isEmpty() ? "" : " of entity '" + entity + "'";
        }
    }
}
