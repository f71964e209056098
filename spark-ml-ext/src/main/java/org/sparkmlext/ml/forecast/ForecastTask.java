package org.sparkmlext.ml.forecast;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SeriesColumns;

/**
 * What a {@link Forecaster} gets. Both tables have all columns of the events, {@link #ENTITY} and {@link #TIME}; all rows of an entity
 * lie in one partition, ordered by time.
 *
 * @param training rows to learn from, none after {@code trainingEnd}
 * @param history rows up to the last origin
 * @param origins times to forecast from, rising, in the unit of {@link #TIME}
 * @param columns what makes a series; its channels are forecast
 * @param horizon how many rows after the origin
 * @param trainingEnd time of the last row that may be learnt from, in the unit of {@link #TIME}
 * @param window of how many last rows a series' training part and past consist; {@link Integer#MAX_VALUE} if of all
 * @param refits whether models are to be fitted again at each origin, from the rows up to it
 */
public record ForecastTask(
        Dataset<Row> training,
        Dataset<Row> history,
        List<Long> origins,
        SeriesColumns columns,
        int horizon,
        long trainingEnd,
        int window,
        boolean refits) {

    /** Column of the series' name: text, empty where there is one series. */
    public static final String ENTITY = EventTable.ENTITY;
    /** Column of time as a whole number: microseconds since 1970-01-01 UTC, or the number itself where times are numbers. */
    public static final String TIME = EventTable.TIME;

    private static final String NEXT = "__next";

    public ForecastTask {
        origins = List.copyOf(origins);
    }

    /**
     * The history with a column {@code origin}, array of long: the origins of which a row is the last known one; empty for most rows.
     *
     * @param column the name it gets
     */
    Dataset<Row> historyWithOrigins(String column) {
        long[] cuts = origins.stream().mapToLong(Long::longValue).sorted().toArray();
        Column next = functions.lead(TIME, 1).over(Window.partitionBy(ENTITY).orderBy(functions.col(TIME)));
        UDF2<Long, @Nullable Long, Long[]> between = (time, following) -> {
            int from = placeOf(cuts, time);
            int to = following == null ? cuts.length : placeOf(cuts, following);
            return Arrays.stream(cuts, from, to).boxed().toArray(Long[]::new);
        };
        return history.withColumn(NEXT, next)
                .withColumn(
                        column,
                        functions
                                .udf(between, DataTypes.createArrayType(DataTypes.LongType))
                                .apply(functions.col(TIME), functions.col(NEXT)))
                .drop(NEXT);
    }

    /** Place of the first cut at or after a time. */
    private static int placeOf(long[] cuts, long time) {
        int place = Arrays.binarySearch(cuts, time);
        return place >= 0 ? place : -place - 1;
    }
}
