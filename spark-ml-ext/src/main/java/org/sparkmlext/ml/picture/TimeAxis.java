package org.sparkmlext.ml.picture;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ticks of an axis of time: at whole hours, days, months or years, at most seven. */
public final class TimeAxis {

    private static final int MOST_TICKS = 7;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMM", Locale.ENGLISH);
    private static final DateTimeFormatter YEAR = DateTimeFormatter.ofPattern("uuuu", Locale.ROOT);
    private static final DateTimeFormatter NONE = new DateTimeFormatterBuilder().toFormatter(Locale.ROOT);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

    private TimeAxis() {}

    /**
     * A tick.
     *
     * @param micros since 1970-01-01 UTC
     * @param text what changes from tick to tick, such as {@code 06:00} or {@code 3 Feb}
     * @param context the larger unit, such as {@code 3 Feb 2018}, at the first tick and where it changes; else empty
     */
    public record Tick(long micros, String text, String context) {}

    private record Step(ChronoUnit unit, int count, DateTimeFormatter text, DateTimeFormatter context) {

        /** The first multiple of the step at or after a time. */
        LocalDateTime firstFrom(LocalDateTime time) {
            LocalDateTime start = switch (unit) {
                case YEARS -> LocalDateTime.of(Math.floorDiv(time.getYear(), count) * count, 1, 1, 0, 0);
                case MONTHS -> LocalDateTime.of(time.getYear(), 1, 1, 0, 0);
                case DAYS ->
                    LocalDateTime.of(1970, 1, 5, 0, 0)
                            .plusDays(Math.floorDiv(
                                            ChronoUnit.DAYS.between(LocalDateTime.of(1970, 1, 5, 0, 0), time), count)
                                    * count);
                default -> time.truncatedTo(ChronoUnit.DAYS);
            };
            while (start.isBefore(time)) {
                start = start.plus(count, unit);
            }
            return start;
        }

        Duration length() {
            return unit.getDuration().multipliedBy(count);
        }
    }

    private static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int count : new int[] {1, 5, 15, 30}) {
            steps.add(new Step(ChronoUnit.SECONDS, count, SECOND, DATE));
        }
        for (int count : new int[] {1, 5, 15, 30}) {
            steps.add(new Step(ChronoUnit.MINUTES, count, TIME, DATE));
        }
        for (int count : new int[] {1, 3, 6, 12}) {
            steps.add(new Step(ChronoUnit.HOURS, count, TIME, DATE));
        }
        for (int count : new int[] {1, 2, 7, 14}) {
            steps.add(new Step(ChronoUnit.DAYS, count, DAY, YEAR));
        }
        for (int count : new int[] {1, 3, 6}) {
            steps.add(new Step(ChronoUnit.MONTHS, count, MONTH, YEAR));
        }
        for (int count = 1; count <= 1_000_000; count *= 10) {
            for (int times : new int[] {1, 2, 5}) {
                steps.add(new Step(ChronoUnit.YEARS, times * count, YEAR, NONE));
            }
        }
        return steps;
    }

    /**
     * The ticks from a time to a later one; none where no round time lies between.
     *
     * @param fromMicros since 1970-01-01 UTC, as {@code toMicros}
     * @param zone whose clock and calendar are round
     */
    public static List<Tick> ticks(long fromMicros, long toMicros, ZoneId zone) {
        LocalDateTime from = time(fromMicros, zone);
        LocalDateTime to = time(toMicros, zone);
        Duration span = Duration.between(from, to);
        List<Step> steps = steps();
        Step step = steps.stream()
                .filter(s -> s.length().multipliedBy(MOST_TICKS - 1).compareTo(span) >= 0)
                .findFirst()
                .orElse(steps.get(steps.size() - 1));
        List<Tick> ticks = new ArrayList<>();
        String context = "";
        for (LocalDateTime at = step.firstFrom(from); !at.isAfter(to); at = at.plus(step.count(), step.unit())) {
            String now = step.context().format(at);
            Instant moment = at.atZone(zone).toInstant();
            // ChronoUnit.MICROS counts in nanoseconds, which end in 2262.
            long micros =
                    Math.addExact(Math.multiplyExact(moment.getEpochSecond(), 1_000_000L), moment.getNano() / 1000);
            ticks.add(new Tick(micros, step.text().format(at), now.equals(context) ? "" : now));
            context = now;
        }
        return ticks;
    }

    private static LocalDateTime time(long micros, ZoneId zone) {
        return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), zone);
    }
}
