package org.sparkmlext.data;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** What the times of events are. A time is one 64-bit number, whatever its kind: by it events are ordered and compared. */
public enum TimeKind {
    /** A moment, as microseconds since 1970-01-01 UTC: two of them compare alike in every time zone. */
    TIMESTAMP,
    /** Date and time of a clock without a zone, as microseconds since its 1970-01-01 00:00. */
    TIMESTAMP_NTZ,
    /** A day, as the microseconds of its midnight since 1970-01-01. */
    DATE,
    /** A whole number of the user's own meaning. */
    NUMBER;

    static final long MICROS_A_DAY = 86_400_000_000L;

    private static final long MICROS_A_SECOND = 1_000_000L;

    /** The zone whose calendar says when a day or month has passed: the session's for moments. */
    ZoneId calendar(ZoneId session) {
        return this == TIMESTAMP ? session : ZoneOffset.UTC;
    }

    /**
     * A time as a person reads it: moments with their offset in {@code session}.
     *
     * @param session the session's time zone
     */
    public String text(long time, ZoneId session) {
        return switch (this) {
            case NUMBER -> Long.toString(time);
            case DATE -> LocalDate.ofEpochDay(Math.floorDiv(time, MICROS_A_DAY)).toString();
            case TIMESTAMP_NTZ ->
                dateTime(time, ZoneOffset.UTC).toLocalDateTime().toString();
            case TIMESTAMP -> dateTime(time, session).toOffsetDateTime().toString();
        };
    }

    /**
     * The time that a text says: a whole number; or a date, with a time of day behind it where the kind has one
     * ({@code 2024-03-01}, {@code 2024-03-01 12:30:00}), and for moments an offset where it is not that of {@code session}
     * ({@code 2024-03-01T12:30:00+01:00}).
     *
     * @param session the session's time zone
     * @throws IllegalArgumentException if it says none; tells what is allowed
     */
    public long parse(String text, ZoneId session) {
        String stripped = text.strip().replace(' ', 'T');
        try {
            return switch (this) {
                case NUMBER -> Long.parseLong(stripped);
                case DATE -> Math.multiplyExact(LocalDate.parse(stripped).toEpochDay(), MICROS_A_DAY);
                case TIMESTAMP_NTZ -> micros(dateTime(stripped).toInstant(ZoneOffset.UTC));
                case TIMESTAMP ->
                    micros(
                            hasOffset(stripped)
                                    ? OffsetDateTime.parse(stripped).toInstant()
                                    : dateTime(stripped).atZone(session).toInstant());
            };
        } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is no " + allowed(), e);
        }
    }

    private static boolean hasOffset(String text) {
        int time = text.indexOf('T');
        return time > 0 && (text.endsWith("Z") || text.indexOf('+', time) > 0 || text.indexOf('-', time) > 0);
    }

    private static LocalDateTime dateTime(String text) {
        return text.indexOf('T') < 0 ? LocalDate.parse(text).atStartOfDay() : LocalDateTime.parse(text);
    }

    private String allowed() {
        return switch (this) {
            case NUMBER -> "whole number, as the times of the column are";
            case DATE -> "date such as 2024-03-01";
            case TIMESTAMP_NTZ -> "date or time such as 2024-03-01 or 2024-03-01 12:30:00";
            case TIMESTAMP -> "date or time such as 2024-03-01, 2024-03-01 12:30:00 or 2024-03-01T12:30:00+01:00";
        };
    }

    static ZonedDateTime dateTime(long micros, ZoneId zone) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(micros, MICROS_A_SECOND), Math.floorMod(micros, MICROS_A_SECOND) * 1000)
                .atZone(zone);
    }

    static long micros(Instant instant) {
        // Not ChronoUnit's: that one counts in nanoseconds on Java 17, and so ends in 2262.
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), MICROS_A_SECOND), instant.getNano() / 1000);
    }
}
