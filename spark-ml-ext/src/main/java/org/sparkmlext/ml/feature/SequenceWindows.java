package org.sparkmlext.ml.feature;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.InvalidEventsException;
import org.sparkmlext.data.SeriesReader;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.ml.stage.SeriesParams;

/**
 * The windows of a partition, one after the other as their steps go by: held are the steps of one window, its lags and targets. Each row
 * is what {@link SequencePlan#output} says, but for its time, which is a number of its kind. Not thread-safe.
 */
final class SequenceWindows implements Iterator<Row> {

    private final SeriesReader reader;
    private final SequencePlan plan;
    private final WindowPlan windows;
    /** Per feature; nothing is scaled where empty. */
    private final double[] shift;

    private final double[] scale;

    /** The last steps, in a ring: step {@code s} of the series at {@code s % values.length}. */
    private final float[][] values;

    private final long[] times;
    private final boolean[] filled;
    private final boolean[] flagged;

    private final ArrayDeque<Row> ready = new ArrayDeque<>();
    /** The event that was read last. */
    private Row event = Row.empty();

    private @Nullable Object entity;
    private String entityText = "";
    private long firstTime;
    /** Steps of the series so far. */
    private long count;
    /** First step of the next window. */
    private long nextStart;

    SequenceWindows(Iterator<Row> rows, SequencePlan plan, SequenceScaling scaling) {
        this.reader = plan.table().readRows(noted(rows));
        this.plan = plan;
        this.windows = plan.windows();
        int channels = plan.table().columns().channels().size();
        this.values = new float[plan.span()][channels];
        this.times = new long[plan.span()];
        this.filled = new boolean[plan.span()];
        this.flagged = new boolean[plan.span()];
        int scaled = scaling.isNone() ? 0 : plan.features().size();
        this.shift = new double[scaled];
        this.scale = new double[scaled];
        for (int f = 0; f < scaled; f++) {
            int channel = plan.features().get(f).channel();
            int at = scaling.indexOf(plan.table().columns().channels().get(channel));
            shift[f] = scaling.shift().get(at);
            scale[f] = scaling.scale().get(at);
        }
    }

    private Iterator<Row> noted(Iterator<Row> rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                event = rows.next();
                return event;
            }
        };
    }

    @Override
    public boolean hasNext() {
        boolean isRead = true;
        while (ready.isEmpty() && isRead) {
            isRead = reader.next();
            if (!isRead || reader.isFirst()) {
                endSeries();
            }
            if (isRead) {
                takeStep();
            }
        }
        return !ready.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the partition has no more windows");
        }
        return ready.remove();
    }

    private void takeStep() {
        if (count == 0) {
            entity = plan.entityCol() == null ? null : event.get(plan.table().numColumns());
            entityText = reader.entity();
            firstTime = reader.time();
            nextStart = plan.lags();
        }
        int at = at(count);
        reader.copyTo(values[at], 0);
        times[at] = reader.time();
        filled[at] = reader.isFilled();
        flagged[at] = reader.isValidation();
        count++;
        if (count == nextStart + windows.span()) {
            emit(nextStart, windows.length());
            nextStart += windows.stride();
        }
    }

    private int at(long step) {
        return (int) (step % values.length);
    }

    private void endSeries() {
        if (count > 0 && count < plan.span()) {
            endShortSeries();
        }
        count = 0;
    }

    private void endShortSeries() {
        int length = (int) count - plan.lags() - windows.horizon();
        switch (plan.shortSeries()) {
            case SeriesParams.SKIP -> {}
            case SeriesParams.PAD -> {
                if (length > 0) {
                    emit(plan.lags(), length);
                }
            }
            default ->
                throw new InvalidEventsException("the series"
                        + (plan.entityCol() == null ? "" : " of entity '" + entityText + "'") + " from "
                        + plan.table().timeText(firstTime) + " to "
                        + plan.table().timeText(times[at(count - 1)]) + " has " + count
                        + " steps; a window needs " + plan.span() + ": " + windows.length() + " of windowLength, "
                        + windows.horizon() + " of horizon, " + plan.lags()
                        + " before it for lags. Set shortSeries to skip or pad, or those lower.");
        }
    }

    /** Makes a row of a window of so many steps, if it belongs to a part. */
    private void emit(long start, int length) {
        long last = start + length - 1;
        long firstTarget = windows.horizon() == 0 ? last : last + 1;
        long lastTarget = last + windows.horizon();
        boolean hasTargets = !windows.targetChannels().isEmpty();
        int flaggedTargets = 0;
        for (long step = firstTarget; step <= lastTarget; step++) {
            if (hasTargets && filled[at(step)]) {
                // Nobody has seen this target.
                return;
            }
            flaggedTargets += flagged[at(step)] ? 1 : 0;
        }
        int part = plan.part(times[at(firstTarget)]);
        boolean isValidation = flaggedTargets > 0;
        if (part != plan.part(times[at(lastTarget)])
                || isValidation && flaggedTargets <= lastTarget - firstTarget
                || !isValidation && isAnyFlagged(start - plan.lags(), last)) {
            return;
        }
        List<Object> row = new ArrayList<>();
        if (plan.entityCol() != null) {
            row.add(entity);
        }
        row.add(times[at(last)]);
        if (plan.table().columns().validationIndicatorCol() != null) {
            row.add(isValidation);
        }
        if (!plan.cuts().isEmpty()) {
            row.add(plan.parts().get(part));
        }
        row.add(sequence(start, length));
        row.add(length);
        if (hasTargets) {
            row.add(targets(firstTarget, lastTarget));
        }
        if (plan.hasFilled()) {
            boolean[] marks = new boolean[plan.padsToEnd() ? windows.length() : length];
            for (int s = 0; s < length; s++) {
                marks[s] = filled[at(start + s)];
            }
            row.add(marks);
        }
        ready.add(RowFactory.create(row.toArray()));
    }

    private boolean isAnyFlagged(long from, long to) {
        for (long step = from; step <= to; step++) {
            if (flagged[at(step)]) {
                return true;
            }
        }
        return false;
    }

    private float[][] sequence(long start, int length) {
        float[][] sequence = new float[plan.padsToEnd() ? windows.length() : length]
                [plan.features().size()];
        for (int s = 0; s < length; s++) {
            for (int f = 0; f < sequence[s].length; f++) {
                SequencePlan.Feature feature = plan.features().get(f);
                float value = values[at(start + s - feature.lag())][feature.channel()];
                sequence[s][f] = shift.length == 0 ? value : (float) ((value - shift[f]) / scale[f]);
            }
        }
        return sequence;
    }

    private float[] targets(long first, long last) {
        List<Integer> channels = windows.targetChannels();
        float[] targets = new float[windows.numTargets()];
        int t = 0;
        for (long step = first; step <= last; step++) {
            for (int channel : channels) {
                targets[t++] = values[at(step)][channel];
            }
        }
        return targets;
    }
}
