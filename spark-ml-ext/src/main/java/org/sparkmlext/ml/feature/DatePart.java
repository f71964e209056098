package org.sparkmlext.ml.feature;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** A part of a date or timestamp that is a feature. */
enum DatePart {
    YEAR(0, 0, clock -> functions.year(clock.date)),
    MONTH(1, 12, clock -> functions.month(clock.date)),
    DAY(1, 31, clock -> functions.dayofmonth(clock.date)),
    /** 1 = Monday, as ISO 8601 counts. */
    WEEKDAY(1, 7, clock -> functions.weekday(clock.date).plus(1)),
    DAYOFYEAR(1, 366, clock -> functions.dayofyear(clock.date)),
    HOUR(0, 24, clock -> clock.hour),
    EPOCHDAYS(0, 0, clock -> functions.unix_date(clock.date));

    private static final String SINE = "_sin";
    private static final String COSINE = "_cos";
    private static final long DAY_SECONDS = 86_400;

    private final int first;
    /** Values after which it begins anew; 0 where it never does. */
    private final int period;

    private final Function<Clock, @Nullable Column> value;

    DatePart(int first, int period, Function<Clock, @Nullable Column> value) {
        this.first = first;
        this.period = period;
        this.value = value;
    }

    /** Date and hour that a column tells. */
    private record Clock(Column date, @Nullable Column hour) {

        static Clock of(Column column, ColumnKind kind, String zone) {
            return switch (kind) {
                case DATE -> new Clock(column, null);
                case TIMESTAMP -> {
                    // Seconds of the zone's own clock since 1970: what follows does not look at the session's time
                    // zone.
                    Column seconds = functions.unix_seconds(functions.from_utc_timestamp(column, zone));
                    Column within = functions.pmod(seconds, functions.lit(DAY_SECONDS));
                    Column days = seconds.minus(within).divide(DAY_SECONDS).cast(DataTypes.IntegerType);
                    yield new Clock(functions.date_from_unix_date(days), functions.floor(within.divide(3_600L)));
                }
                case TIMESTAMP_NTZ -> new Clock(column.cast(DataTypes.DateType), functions.hour(column));
                default -> throw new IllegalStateException("a column of kind " + kind + " has no date");
            };
        }
    }

    /**
     * Parts by their names, separated by commas.
     *
     * @throws IllegalArgumentException if there is none, one twice, or one of another name
     */
    static List<DatePart> parse(String names) {
        Set<DatePart> parts = new LinkedHashSet<>();
        for (String name : names.split(",", -1)) {
            DatePart part = Arrays.stream(values())
                    .filter(p -> p.text().equals(name.strip().toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElse(null);
            if (part == null || !parts.add(part)) {
                throw new IllegalArgumentException("dateParts is '" + names + "'; allowed: "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(DatePart::text).toList())
                        + ", separated by commas, each at most once");
            }
        }
        return List.copyOf(parts);
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether columns of a kind have this part. */
    boolean isOf(ColumnKind kind) {
        return this != HOUR || kind != ColumnKind.DATE;
    }

    /** Keys of the features it gives: its name, or that of sine and cosine. */
    List<String> keys(boolean isCyclic) {
        return isCyclic && period > 0 ? List.of(text() + SINE, text() + COSINE) : List.of(text());
    }

    /** Whether a key is one of a sine or cosine, which has its size already. */
    static boolean isWave(String key) {
        return key.endsWith(SINE) || key.endsWith(COSINE);
    }

    /**
     * The feature of a key, a double that is null where the column is.
     *
     * @param zone in which moments have a date and an hour
     * @throws IllegalArgumentException if there is no such key
     */
    static Column expression(String key, Column column, ColumnKind kind, String zone) {
        String name = isWave(key) ? key.substring(0, key.length() - SINE.length()) : key;
        DatePart part = valueOf(name.toUpperCase(Locale.ROOT));
        Column value = part.value.apply(Clock.of(column, kind, zone));
        if (value == null) {
            throw new IllegalArgumentException("a column of kind " + kind + " has no " + name);
        }
        Column number = value.cast(DataTypes.DoubleType);
        if (!isWave(key)) {
            return number;
        }
        Column angle = number.minus((double) part.first).multiply(2 * Math.PI / part.period);
        return key.endsWith(SINE) ? functions.sin(angle) : functions.cos(angle);
    }
}
