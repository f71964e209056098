package org.sparkmlext.data;

import java.util.Arrays;

/** Series collected one after another. Grows as they come. */
final class SequenceRowBuffer implements FeatureRows {

    private static final int FIRST_SERIES = 64;
    private static final int FIRST_VALUES = 4096;

    private final WindowPlan plan;
    private final int channels;
    private final int maxRows;
    private final int maxValues;
    private int[] starts = new int[FIRST_SERIES];
    private float[] values = new float[FIRST_VALUES];
    private int numSeries;
    private int numRows;

    /**
     * @param channels numbers of a step
     * @param maxRows rows at which the block is full
     * @param maxBytes bytes of values from which on the block is full
     */
    SequenceRowBuffer(WindowPlan plan, int channels, int maxRows, long maxBytes) {
        this.plan = plan;
        this.channels = channels;
        this.maxRows = maxRows;
        this.maxValues = (int) (maxBytes / Float.BYTES);
    }

    /**
     * Appends a series; values are copied, but for those behind the last step that a window needs.
     *
     * @param steps step after step; may be longer
     * @param firstStep where the series begins in it
     * @return the rows that came with it
     */
    int add(float[] steps, int firstStep, int stepsGiven) {
        int rows = plan.numWindows(stepsGiven);
        int numSteps = plan.stepsOf(rows, stepsGiven);
        int end = starts[numSeries] * channels;
        int count = Math.multiplyExact(numSteps, channels);
        if (end + count > values.length) {
            long wanted = Math.max(2L * values.length, end + (long) count);
            values = Arrays.copyOf(values, (int) Math.min(wanted, Math.max(maxValues, end + (long) count)));
        }
        System.arraycopy(steps, firstStep * channels, values, end, count);
        if (++numSeries == starts.length) {
            starts = Arrays.copyOf(starts, 2 * numSeries);
        }
        starts[numSeries] = starts[numSeries - 1] + numSteps;
        numRows += rows;
        return rows;
    }

    /** Whether so many more rows make the block too large. */
    boolean hasRoomFor(int rows) {
        return numRows + (long) rows <= maxRows;
    }

    @Override
    public boolean isFull() {
        return numRows >= maxRows || (long) starts[numSeries] * channels >= maxValues;
    }

    @Override
    public SequenceFeatures build() {
        int length = starts[numSeries] * channels;
        return new SequenceFeatures(
                plan,
                channels,
                Arrays.copyOf(starts, numSeries + 1),
                length == values.length ? values : Arrays.copyOf(values, length));
    }
}
