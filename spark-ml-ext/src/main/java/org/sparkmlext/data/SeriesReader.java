package org.sparkmlext.data;

import java.time.ZoneId;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * A partition of a {@link SeriesTable} step by step: first {@link #next}, then what the step is. Holds one step. Not thread-safe.
 *
 * <p>Steps of a series follow each other without a gap, by the rules; {@link #isFirst} says where another series begins. Events that
 * break the rules end the reading with an {@link InvalidEventsException} which names entity and time.
 */
public final class SeriesReader {

    /** More missing steps in a row than this are taken for a wrong time. */
    static final int MOST_FILLED = 1_000_000;

    private final Iterator<InternalRow> rows;
    private final SeriesColumns columns;
    private final SeriesRules rules;
    private final TimeKind timeKind;
    private final ZoneId zone;
    private final int entityAt;
    private final int timeAt;
    private final int firstChannel;
    /** Where the flag and the weight lie, before the channels; -1 where there is none. */
    private final int flagAt;

    private final int weightAt;

    private final float[] values;
    private @Nullable UTF8String entity;
    private long time;
    private boolean isValidation;
    private float weight = 1;
    private boolean isFirst;

    /** Time of the series' first step, and steps since: so calendars stay exact over any length. */
    private long start;

    private long steps;

    /** The event behind the steps that are filled in; null while none are. */
    private @Nullable InternalRow waiting;

    private int filledInARow;

    SeriesReader(
            Iterator<InternalRow> rows,
            SeriesColumns columns,
            SeriesRules rules,
            TimeKind timeKind,
            ZoneId zone,
            int entityAt,
            int timeAt,
            int firstChannel) {
        this.rows = rows;
        this.columns = columns;
        this.rules = rules;
        this.timeKind = timeKind;
        this.zone = zone;
        this.entityAt = entityAt;
        this.timeAt = timeAt;
        this.firstChannel = firstChannel;
        this.weightAt = columns.weightCol() == null ? -1 : firstChannel - 1;
        this.flagAt = columns.validationIndicatorCol() == null ? -1 : weightAt < 0 ? firstChannel - 1 : weightAt - 1;
        this.values = new float[columns.channels().size()];
    }

    /**
     * Goes to the next step.
     *
     * @return whether there is one
     * @throws InvalidEventsException if events break the rules
     */
    public boolean next() {
        InternalRow row = waiting;
        if (row != null) {
            return fillOrTake(row);
        }
        while (rows.hasNext()) {
            row = rows.next();
            if (isWhole(row) && !isRepeated(row)) {
                return place(row);
            }
        }
        return false;
    }

    /** Whether a row has all it needs; false if it may be left out. */
    private boolean isWhole(InternalRow row) {
        if (row.isNullAt(entityAt)) {
            return leaveOut("column '" + columns.entityCol() + "' (entityCol) is null in an event", "an entity");
        }
        if (row.isNullAt(timeAt)) {
            return leaveOut(
                    "column '" + columns.timeCol() + "' (timeCol) is null in an event" + ofEntity(row), "a time");
        }
        if (flagAt >= 0 && row.isNullAt(flagAt)) {
            return leaveOut(
                    "column '" + columns.validationIndicatorCol() + "' (validationIndicatorCol) is null" + at(row),
                    "true or false");
        }
        if (weightAt >= 0 && (row.isNullAt(weightAt) || RowFault.ofWeight(row.getFloat(weightAt)) != null)) {
            return leaveOut(
                    "column '" + columns.weightCol() + "' (weightCol) is " + text(row, weightAt) + at(row),
                    "a weight that is finite as float32 and at least 0");
        }
        for (int c = 0; c < values.length; c++) {
            if (row.isNullAt(firstChannel + c) || !Float.isFinite(row.getFloat(firstChannel + c))) {
                return leaveOut(
                        "column '" + columns.channels().get(c) + "' is " + text(row, firstChannel + c) + at(row),
                        "numbers that are finite as float32");
            }
        }
        return true;
    }

    private static String text(InternalRow row, int column) {
        return row.isNullAt(column) ? "null" : Float.toString(row.getFloat(column));
    }

    private boolean leaveOut(String fault, String needed) {
        if (rules.skipsInvalid()) {
            return false;
        }
        throw new InvalidEventsException(fault + "; every event needs " + needed
                + ". Fill it in (for example with Imputer), or leave such events out: before fit with where, else"
                + " handleInvalid skip does it in SequenceAssembler and in a model that scores.");
    }

    private boolean isRepeated(InternalRow row) {
        if (!isOfThisEntity(row) || row.getLong(timeAt) != time) {
            return false;
        }
        if (rules.duplicates() == SeriesRules.Duplicates.LAST) {
            return true;
        }
        throw new InvalidEventsException("there is more than one event" + at(row)
                + "; allowed is one an entity and time. Drop the others, or set duplicates to last."
                + (timeKind == TimeKind.TIMESTAMP_NTZ
                        ? " Where clocks are set back an hour comes twice; a column of type timestamp tells the two apart."
                        : ""));
    }

    private boolean isOfThisEntity(InternalRow row) {
        return row.getUTF8String(entityAt).equals(entity);
    }

    /** Takes a row as the next step, or first what is missing before it. */
    private boolean place(InternalRow row) {
        if (!isOfThisEntity(row)) {
            return begin(row);
        }
        Frequency frequency = rules.frequency();
        if (frequency == null) {
            return take(row);
        }
        long expected = frequency.after(start, steps + 1, timeKind.calendar(zone));
        long found = row.getLong(timeAt);
        if (found == expected) {
            return take(row);
        }
        return switch (rules.gaps()) {
            case SPLIT -> begin(row);
            case FILL -> {
                filledInARow = 0;
                yield fillOrTake(row);
            }
            case ERROR ->
                throw new InvalidEventsException(
                        (found > expected ? "events are missing: " : "events come more often than frequency says: ")
                                + "after " + timeKind.text(time, zone) + " comes "
                                + timeKind.text(found, zone) + ofEntity(row) + ", where frequency says "
                                + timeKind.text(expected, zone)
                                + ". Mend the events or frequency, or set gaps to split or fill."
                                + (timeKind == TimeKind.TIMESTAMP && frequency.isOfTheCalendar()
                                        ? " Days and months are those of the session's time zone"
                                                + " (spark.sql.session.timeZone), " + zone + "."
                                        : ""));
        };
    }

    private boolean fillOrTake(InternalRow row) {
        Frequency frequency = rules.frequency();
        if (frequency == null) {
            throw new IllegalStateException("steps are filled in without a frequency");
        }
        long found = row.getLong(timeAt);
        long expected = frequency.after(start, steps + 1, timeKind.calendar(zone));
        if (found == expected) {
            waiting = null;
            return take(row);
        }
        if (found < expected || filledInARow == MOST_FILLED) {
            throw new InvalidEventsException("the event" + at(row)
                    + (found < expected
                            ? " lies between two steps of frequency; the one after it is "
                                    + timeKind.text(expected, zone)
                            : " comes more than " + MOST_FILLED + " missing steps after the one before")
                    + ". Bring times to the frequency (for example with date_trunc), mend them, or set gaps to split.");
        }
        waiting = row;
        filledInARow++;
        time = expected;
        steps++;
        isFirst = false;
        return true;
    }

    private boolean begin(InternalRow row) {
        if (!isOfThisEntity(row)) {
            entity = row.getUTF8String(entityAt).clone();
        }
        copy(row);
        start = time;
        steps = 0;
        isFirst = true;
        return true;
    }

    private boolean take(InternalRow row) {
        copy(row);
        steps++;
        isFirst = false;
        return true;
    }

    private void copy(InternalRow row) {
        time = row.getLong(timeAt);
        isValidation = flagAt >= 0 && row.getBoolean(flagAt);
        weight = weightAt < 0 ? 1 : row.getFloat(weightAt);
        for (int c = 0; c < values.length; c++) {
            values[c] = row.getFloat(firstChannel + c);
        }
    }

    private String ofEntity(InternalRow row) {
        return columns.entityCol() == null ? "" : " of entity '" + row.getUTF8String(entityAt) + "'";
    }

    private String at(InternalRow row) {
        return ofEntity(row) + " at " + timeKind.text(row.getLong(timeAt), zone);
    }

    /** Whether the step begins a series: another entity's, or what comes after a gap. */
    public boolean isFirst() {
        return isFirst;
    }

    /** The entity as text; empty where the table is one series. */
    public String entity() {
        return entity == null ? "" : entity.toString();
    }

    /** Time of the step, as its {@link TimeKind} counts. */
    public long time() {
        return time;
    }

    /** Whether the step is to validate on; one that is filled in is what the one before is. */
    public boolean isValidation() {
        return isValidation;
    }

    /** What the step weighs; one that is filled in as much as the one before. */
    public float weight() {
        return weight;
    }

    /** Whether the step was missing: its values are those of the one before, and there is no event behind it. */
    public boolean isFilled() {
        return waiting != null;
    }

    /** A value of the step. */
    public float value(int channel) {
        return values[channel];
    }

    /** Copies the step's values, channel by channel. */
    public void copyTo(float[] to, int at) {
        System.arraycopy(values, 0, to, at, values.length);
    }
}
