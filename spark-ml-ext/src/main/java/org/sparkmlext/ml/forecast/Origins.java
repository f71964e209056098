package org.sparkmlext.ml.forecast;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** From when on forecasts are made: an origin is the time of the last row that a forecaster may know. */
public final class Origins {

    /** More distinct times than this are not brought to the driver. */
    static final int MOST_TIMES = 1_000_000;

    private final Finder finder;

    private Origins(Finder finder) {
        this.finder = finder;
    }

    private interface Finder {
        long[] find(Dataset<Row> table, EventTimes times, int horizon);
    }

    /**
     * At these times.
     *
     * @param times as texts of the column's kind: {@code 2024-03-01}, {@code 2024-03-01 12:30:00} in the session's time zone,
     *     {@code 2024-03-01T12:30:00+01:00}, or a whole number
     */
    public static Origins at(String... times) {
        if (times.length == 0) {
            throw new IllegalArgumentException("no origins are given; name at least one time to forecast from");
        }
        List<String> texts = List.of(times);
        return new Origins((table, kind, horizon) ->
                texts.stream().mapToLong(kind::parse).sorted().distinct().toArray());
    }

    /**
     * The last ones after which a whole horizon of the table's times follows, a stride apart.
     *
     * @param count how many
     * @param stride distinct times of the table from one to the next
     */
    public static Origins last(int count, int stride) {
        requirePositive("count", count);
        requirePositive("stride", stride);
        return new Origins((table, kind, horizon) -> {
            long needed = horizon + (count - 1L) * stride + 1;
            long[] latest = times(
                    table.select(functions.col(EventTable.TIME)).distinct().orderBy(functions.desc(EventTable.TIME)),
                    needed);
            if (latest.length < needed) {
                throw new IllegalArgumentException(count + " origins, " + stride + " apart, and a horizon of " + horizon
                        + " take " + needed + " distinct times; the table has " + latest.length
                        + ". Take fewer origins or a shorter stride");
            }
            return IntStream.range(0, count)
                    .mapToLong(i -> latest[horizon + (count - 1 - i) * stride])
                    .toArray();
        });
    }

    /**
     * From a time on, as long as a whole horizon of the table's times follows.
     *
     * @param first the first origin is the first time of the table at or after it; a text as in {@link #at}
     * @param stride distinct times of the table from one to the next
     */
    public static Origins from(String first, int stride) {
        requirePositive("stride", stride);
        return new Origins((table, kind, horizon) -> {
            long[] times = times(
                    table.select(functions.col(EventTable.TIME))
                            .where(functions.col(EventTable.TIME).geq(kind.parse(first)))
                            .distinct()
                            .orderBy(functions.col(EventTable.TIME)),
                    MOST_TIMES + 1L);
            if (times.length <= horizon) {
                throw new IllegalArgumentException("from the first origin on the table has " + times.length
                        + " distinct times, but a horizon of " + horizon + " takes at least " + (horizon + 1)
                        + "; begin earlier");
            }
            return IntStream.range(0, times.length - horizon)
                    .filter(i -> i % stride == 0)
                    .mapToLong(i -> times[i])
                    .toArray();
        });
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("the " + name + " of origins must be at least 1, got " + value);
        }
    }

    private static long[] times(Dataset<Row> ordered, long atMost) {
        List<Long> times = ordered.limit((int) Math.min(atMost, MOST_TIMES + 1L))
                .as(Encoders.LONG())
                .collectAsList();
        if (times.size() > MOST_TIMES) {
            throw new IllegalArgumentException("the origins lie in more than " + MOST_TIMES
                    + " distinct times of the table; name their times, or begin later");
        }
        return times.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * The times, rising.
     *
     * @param table as {@link EventTable#of} lays it out
     * @throws IllegalArgumentException if the table is too short for them
     */
    long[] find(Dataset<Row> table, EventTimes times, int horizon) {
        return finder.find(table, times, horizon);
    }
}
