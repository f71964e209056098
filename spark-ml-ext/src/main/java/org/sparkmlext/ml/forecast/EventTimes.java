package org.sparkmlext.ml.forecast;

import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.make_dt_interval;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.timestamp_micros;

import java.io.Serializable;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.data.SeriesTable;
import org.sparkmlext.data.TimeKind;

/**
 * Times of a column as whole numbers, and back.
 *
 * @param kind what the numbers mean
 * @param zone the session's time zone, for texts of moments
 */
record EventTimes(TimeKind kind, ZoneId zone) implements Serializable {

    private static final long MICROS_A_DAY = 86_400_000_000L;

    /** @throws IllegalArgumentException if the column's type is none of time */
    static EventTimes of(Dataset<Row> events, String column) {
        return new EventTimes(
                SeriesTable.timeKind(events.schema().apply(column).dataType(), column),
                ZoneId.of(events.sparkSession().conf().get("spark.sql.session.timeZone")));
    }

    Column toNumber(Column times) {
        return SeriesTable.timeNumber(times, kind);
    }

    Column fromNumber(Column numbers) {
        return switch (kind) {
            case NUMBER -> numbers;
            case DATE -> date_from_unix_date(floor(numbers.divide(MICROS_A_DAY)).cast("int"));
            case TIMESTAMP -> timestamp_micros(numbers);
            case TIMESTAMP_NTZ ->
                expr("timestamp_ntz'1970-01-01 00:00:00'")
                        .plus(make_dt_interval(
                                floor(numbers.divide(MICROS_A_DAY)).cast("int"),
                                lit(0),
                                lit(0),
                                pmod(numbers, lit(MICROS_A_DAY))
                                        .cast("decimal(18,0)")
                                        .divide(lit(1_000_000))
                                        .cast("decimal(18,6)")));
        };
    }

    String text(long number) {
        return kind.text(number, zone);
    }

    /** @throws IllegalArgumentException if the text is no time of this kind */
    long parse(String text) {
        return kind.parse(text, zone);
    }

    /** In which clock pictures show times. */
    ZoneId clock() {
        return kind == TimeKind.TIMESTAMP ? zone : ZoneOffset.UTC;
    }
}
