package org.sparkmlext.data;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.NoSuchElementException;

/**
 * Windows over the series of one partition. Holds a piece of a series and the blocks at hand, however long series are, unless each is one
 * window.
 *
 * <p>A long series comes in pieces of as many windows each, counted from its beginning, so that pieces do not depend on what went before;
 * a piece begins again with the steps that its first window shares with the last ones of the piece before.
 */
final class WindowScan implements BlockScan {

    private static final int MOST_WINDOWS = 1 << 14;
    private static final int MOST_VALUES = 1 << 21;

    /** What a window is for. */
    private enum Part {
        TRAINING,
        VALIDATION,
        /** Neither: it lies across the border of the two. */
        BORDER,
        /** Neither: one of its targets was filled in. */
        FILLED
    }

    private final WindowTable table;
    private final WindowPlan plan;
    private final SeriesReader reader;
    private final int channels;
    private final boolean isClass;
    /** Windows of a piece. */
    private final int pieceWindows;

    /** Steps they take; of series that are one window each no number of steps. */
    private final int pieceSteps;

    private final TableCounts counts = new TableCounts();
    private final ArrayDeque<TableBlock> ready = new ArrayDeque<>();
    private WindowRowBuffer training;
    private WindowRowBuffer validation;
    private boolean isOver;

    /** The piece at hand. */
    private float[] values = {};

    /** Steps flagged, and filled in, among those of the piece before each step. */
    private int[] flagged = new int[1];

    private int[] filled = new int[1];
    /** What each step of the piece weighs, and its time. */
    private float[] weights = {};

    private long[] times = {};
    /** What the windows of a run weigh. */
    private float[] rowWeights = {};

    private int numSteps;
    /** Steps to pass over before the next window begins. */
    private int gap;

    private long stepsOfSeries;
    private String entity = "";
    private long firstTime;
    private long lastTime;

    WindowScan(WindowTable table, SeriesReader reader) {
        this.table = table;
        this.plan = table.plan();
        this.reader = reader;
        this.channels = table.series().columns().channels().size();
        this.isClass = table.labelKind() == TableColumns.LabelKind.CLASS_INDEX;
        long stepsAtMost = Math.max(plan.span(), MOST_VALUES / channels);
        this.pieceWindows = (int) Math.min(MOST_WINDOWS, (stepsAtMost - plan.span()) / plan.stride() + 1);
        this.pieceSteps = plan.length() == 0 ? Integer.MAX_VALUE : (pieceWindows - 1) * plan.stride() + plan.span();
        this.training = newBuffer(false);
        this.validation = newBuffer(true);
    }

    private WindowRowBuffer newBuffer(boolean isValidation) {
        boolean hasWeights = table.series().columns().weightCol() != null;
        return new WindowRowBuffer(plan, channels, hasWeights, isValidation);
    }

    @Override
    public TableCounts counts() {
        return counts;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && !isOver) {
            step();
        }
        return !ready.isEmpty();
    }

    @Override
    public TableBlock next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the partition has no more blocks");
        }
        return ready.remove();
    }

    private void step() {
        boolean isRead;
        try {
            isRead = reader.next();
        } catch (InvalidEventsException e) {
            // Told of on the driver: a task that fails would only be tried again.
            counts.series().countFault(String.valueOf(e.getMessage()));
            isOver = true;
            return;
        }
        if (!isRead || reader.isFirst()) {
            endSeries();
        }
        if (isRead) {
            take();
        } else {
            flush(training);
            flush(validation);
            isOver = true;
        }
    }

    private void take() {
        if (stepsOfSeries == 0) {
            entity = reader.entity();
            firstTime = reader.time();
        }
        lastTime = reader.time();
        stepsOfSeries++;
        if (gap > 0) {
            gap--;
            return;
        }
        int end = (numSteps + 1) * channels;
        if (end > values.length) {
            values = Arrays.copyOf(values, Math.max(2 * values.length, Math.max(end, 1024)));
        }
        reader.copyTo(values, end - channels);
        if (numSteps + 2 > flagged.length) {
            flagged = Arrays.copyOf(flagged, 2 * (numSteps + 2));
            filled = Arrays.copyOf(filled, 2 * (numSteps + 2));
            weights = Arrays.copyOf(weights, 2 * (numSteps + 2));
            times = Arrays.copyOf(times, 2 * (numSteps + 2));
        }
        weights[numSteps] = reader.weight();
        times[numSteps] = reader.time();
        flagged[numSteps + 1] = flagged[numSteps] + (reader.isValidation() ? 1 : 0);
        filled[numSteps + 1] = filled[numSteps] + (reader.isFilled() ? 1 : 0);
        numSteps++;
        if (numSteps == pieceSteps) {
            addWindows(pieceWindows);
            goOnFrom(pieceWindows * plan.stride());
        }
    }

    /** Keeps the steps of the piece from this one on as the beginning of the next piece. */
    private void goOnFrom(int step) {
        int kept = Math.max(0, numSteps - step);
        gap = Math.max(0, step - numSteps);
        System.arraycopy(values, (numSteps - kept) * channels, values, 0, kept * channels);
        int first = numSteps - kept;
        System.arraycopy(weights, first, weights, 0, kept);
        System.arraycopy(times, first, times, 0, kept);
        int flaggedBefore = flagged[first];
        int filledBefore = filled[first];
        for (int s = 0; s <= kept; s++) {
            flagged[s] = flagged[first + s] - flaggedBefore;
            filled[s] = filled[first + s] - filledBefore;
        }
        numSteps = kept;
    }

    private void endSeries() {
        if (stepsOfSeries > 0) {
            counts.series().count(stepsOfSeries);
            if (plan.length() == 0) {
                addRun(part(0, numSteps), 0, 1, numSteps);
            } else if (stepsOfSeries < plan.span()) {
                endShortSeries();
            } else if (numSteps >= plan.span()) {
                addWindows(plan.numWindows(numSteps));
            }
        }
        stepsOfSeries = 0;
        numSteps = 0;
        gap = 0;
    }

    private void endShortSeries() {
        switch (table.shortSeries()) {
            case ERROR -> {
                counts.series()
                        .countFault("the series" + ofEntity() + " from "
                                + table.series().timeText(firstTime) + " to "
                                + table.series().timeText(lastTime) + " has " + stepsOfSeries
                                + " steps; a window needs "
                                + plan.span() + ", " + plan.length() + " of windowLength and " + plan.horizon()
                                + " of horizon. Set shortSeries to skip or pad, or those lower.");
            }
            case SKIP -> counts.series().countShort();
            case PAD -> {
                if (numSteps <= plan.horizon()) {
                    counts.series().countShort();
                } else {
                    addRun(part(0, numSteps - plan.horizon()), 0, 1, numSteps);
                }
            }
        }
    }

    private String ofEntity() {
        return table.series().columns().entityCol() == null ? "" : " of entity '" + entity + "'";
    }

    /** Adds the first windows of the piece, run by run of those that are for the same. */
    private void addWindows(int number) {
        for (int from = 0, to; from < number; from = to) {
            Part part = part(from * plan.stride(), plan.length());
            to = from + 1;
            while (to < number && part(to * plan.stride(), plan.length()) == part) {
                to++;
            }
            addRun(part, from * plan.stride(), to - from, (to - from - 1) * plan.stride() + plan.span());
        }
    }

    /** What a window that begins with this step of the piece is for. */
    private Part part(int first, int length) {
        int end = first + length + plan.horizon();
        int firstTarget = plan.horizon() == 0 ? end - 1 : first + length;
        if (filled[end] > filled[firstTarget]) {
            return Part.FILLED;
        }
        if (flagged[end] == flagged[first]) {
            return Part.TRAINING;
        }
        return flagged[end] - flagged[firstTarget] == end - firstTarget ? Part.VALIDATION : Part.BORDER;
    }

    private void addRun(Part part, int firstStep, int windows, int steps) {
        switch (part) {
            case BORDER -> counts.series().countAcrossBorder(windows);
            case FILLED -> counts.series().countWithFilledTarget(windows);
            case TRAINING -> addRun(training, firstStep, windows, steps);
            case VALIDATION -> addRun(validation, firstStep, windows, steps);
        }
    }

    private void addRun(WindowRowBuffer buffer, int firstStep, int windows, int steps) {
        WindowRowBuffer open = buffer.hasRoomFor(windows) ? buffer : flush(buffer);
        if (rowWeights.length < windows) {
            rowWeights = new float[Math.max(windows, 2 * rowWeights.length)];
        }
        double weight = 0;
        for (int w = 0; w < windows; w++) {
            int last = firstStep + w * plan.stride() + plan.windowLength(steps) - 1;
            rowWeights[w] = weights[last];
            weight += weights[last];
            if (isClass) {
                countClass(open.isValidation(), last);
            }
        }
        open.add(values, firstStep, steps, rowWeights);
        counts.countWindows(open.isValidation(), windows, weight);
        counts.countSteps(plan.windowLength(steps));
        if (open.isFull()) {
            flush(open);
        }
    }

    private void countClass(boolean isValidation, int step) {
        float value = values[step * channels + plan.targetChannels().get(0)];
        RowFault fault = table.labelKind().fault(value);
        if (fault == null) {
            counts.countClass(isValidation, (int) value);
        } else {
            counts.countFault(
                    fault,
                    table.columns().labelCol(),
                    value + ofEntity() + " at " + table.series().timeText(times[step]));
        }
    }

    /** Hands the windows so far over as a block; gives the buffer for the next ones. */
    private WindowRowBuffer flush(WindowRowBuffer buffer) {
        if (buffer.isEmpty()) {
            return buffer;
        }
        TableBlock block = buffer.build();
        counts.countLength(plan.numInputs());
        counts.countStored(block.features());
        ready.add(block);
        WindowRowBuffer next = newBuffer(block.isValidation());
        if (block.isValidation()) {
            validation = next;
        } else {
            training = next;
        }
        return next;
    }
}
