package org.sparkmlext.data;

import java.io.Serializable;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;

/**
 * How far one step of a series lies behind the one before: a fixed time, or days or months of the calendar, which are not all of the
 * same length.
 *
 * @param micros microseconds, or units of a {@link TimeKind#NUMBER}; 0 where days or months are given
 * @param days days of the calendar
 * @param months months of the calendar
 */
public record Frequency(long micros, int days, int months) implements Serializable {

    private static final String ALLOWED =
            "a whole number from 1 on, followed by a unit for times (microsecond, millisecond, second, minute, hour, day, week, month,"
                    + " quarter, year; plurals too), such as '15 minutes', '1 hour', '1 day', '1 month'; without a unit for a time"
                    + " column of whole numbers";

    private static final Map<String, Long> MICROS = Map.of(
            "microsecond", 1L,
            "millisecond", 1_000L,
            "second", 1_000_000L,
            "minute", 60_000_000L,
            "hour", 3_600_000_000L);

    private static final Map<String, Integer> DAYS = Map.of("day", 1, "week", 7);

    private static final Map<String, Integer> MONTHS = Map.of("month", 1, "quarter", 3, "year", 12);

    /**
     * Reads what a user wrote.
     *
     * @throws IllegalArgumentException if it is no frequency of such times; tells what is allowed
     */
    public static Frequency parse(String text, TimeKind kind) {
        String[] words = text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
        try {
            long number = Long.parseLong(words[0]);
            if (number < 1 || words.length > 2) {
                throw refused(text, ALLOWED);
            }
            if (words.length == 1 || kind == TimeKind.NUMBER) {
                if (words.length != 1 || kind != TimeKind.NUMBER) {
                    throw refused(
                            text,
                            kind == TimeKind.NUMBER
                                    ? "a whole number without a unit, because the time column holds whole numbers"
                                    : ALLOWED);
                }
                return new Frequency(number, 0, 0);
            }
            String unit = words[1].endsWith("s") ? words[1].substring(0, words[1].length() - 1) : words[1];
            if (DAYS.containsKey(unit)) {
                return new Frequency(0, Math.toIntExact(number * DAYS.get(unit)), 0);
            }
            if (MONTHS.containsKey(unit)) {
                return new Frequency(0, 0, Math.toIntExact(number * MONTHS.get(unit)));
            }
            Long micros = MICROS.get(unit);
            if (micros == null) {
                throw refused(text, ALLOWED);
            }
            if (kind == TimeKind.DATE) {
                throw refused(text, "days, weeks, months, quarters or years, because the time column holds dates");
            }
            return new Frequency(Math.multiplyExact(number, micros), 0, 0);
        } catch (NumberFormatException | ArithmeticException e) {
            throw refused(text, ALLOWED);
        }
    }

    private static IllegalArgumentException refused(String text, String allowed) {
        return new IllegalArgumentException("frequency is '" + text + "'; allowed: " + allowed);
    }

    /** Whether steps are days or months, which are not all of the same length. */
    boolean isOfTheCalendar() {
        return days > 0 || months > 0;
    }

    /**
     * The time {@code steps} steps after {@code start}. Months are counted from the start, so that a series of month ends stays at
     * month ends; a day is that of the calendar, also where the clock changes.
     *
     * @param calendar zone whose calendar counts
     * @throws ArithmeticException if no such time can be held
     */
    long after(long start, long steps, ZoneId calendar) {
        if (!isOfTheCalendar()) {
            return Math.addExact(start, Math.multiplyExact(micros, steps));
        }
        ZonedDateTime from = TimeKind.dateTime(start, calendar);
        ZonedDateTime to = days > 0
                ? from.plusDays(Math.multiplyExact(days, steps))
                : from.plusMonths(Math.multiplyExact(months, steps));
        return TimeKind.micros(to.toInstant());
    }
}
