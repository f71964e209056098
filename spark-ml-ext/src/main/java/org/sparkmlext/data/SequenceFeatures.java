package org.sparkmlext.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Sequences: windows over series, each of which is held once, however many windows lie over it. Rows are the windows, series after
 * series; a {@link WindowPlan} says where they lie.
 *
 * <p>Channel {@code c} of step {@code s} of all series together is value {@code s * channels + c}. Beside the values a series takes 8 bytes,
 * and a row none.
 */
public final class SequenceFeatures implements FeatureBlock {
    private static final long serialVersionUID = 1L;

    private static final int WRITTEN_AT_ONCE = 1 << 16;

    private final WindowPlan plan;
    private final int channels;
    /** First step of each series, and after the last the number of all. */
    private final int[] starts;
    /** First row of each series, and after the last the number of all. */
    private final int[] firstRows;

    private final int[] targetChannels;
    private final FloatStore values;

    /**
     * Takes the arrays as they are.
     *
     * @param channels numbers of a step, at least {@link WindowPlan#minChannels}
     * @param starts first step of each series, and after the last the number of all; every series has more steps than the horizon
     * @param values steps of all series; may be longer
     */
    public SequenceFeatures(WindowPlan plan, int channels, int[] starts, float[] values) {
        this(plan, channels, starts, new HeapFloats(values));
        if (values.length < numStored()) {
            throw new IllegalArgumentException(
                    values.length + " values are too few for " + numSteps() + " steps of " + channels + " channels");
        }
    }

    private SequenceFeatures(WindowPlan plan, int channels, int[] starts, FloatStore values) {
        if (channels < plan.minChannels()) {
            throw new IllegalArgumentException(
                    "steps have " + channels + " channels; needed are " + plan.minChannels() + " for " + plan);
        }
        this.plan = plan;
        this.channels = channels;
        this.starts = starts;
        this.values = values;
        this.targetChannels =
                plan.targetChannels().stream().mapToInt(Integer::intValue).toArray();
        this.firstRows = new int[starts.length];
        for (int s = 0; s + 1 < starts.length; s++) {
            firstRows[s + 1] = firstRows[s] + plan.numWindows(starts[s + 1] - starts[s]);
        }
    }

    /** The same over values as {@link #write} hands them over, in memory that is not the heap's; these cannot be serialized. */
    public SequenceFeatures mapped(ByteBuffer memory, Runnable unmap) {
        return new SequenceFeatures(plan, channels, starts, new MappedFloats(memory, unmap));
    }

    /** Hands over all values, 4 bytes each. */
    public <E extends Exception> void write(MappedFeatures.Sink<E> sink) throws E {
        int all = numSteps() * channels;
        float[] some = new float[Math.min(all, WRITTEN_AT_ONCE)];
        ByteBuffer bytes = ByteBuffer.allocate(some.length * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int from = 0; from < all; from += some.length) {
            int count = Math.min(some.length, all - from);
            copy(from, count, some, 0);
            bytes.clear();
            bytes.asFloatBuffer().put(some, 0, count);
            sink.accept(bytes.limit(count * Float.BYTES));
        }
    }

    /** How rows lie in series. */
    public WindowPlan plan() {
        return plan;
    }

    /** Features that a network sees in a step. */
    @Override
    public int numFeatures() {
        return plan.numInputs();
    }

    /** Numbers of a step, those that are targets only included. */
    public int channels() {
        return channels;
    }

    public int numRows() {
        return firstRows[numSeries()];
    }

    public int numSeries() {
        return starts.length - 1;
    }

    /** Steps of all series. */
    public int numSteps() {
        return starts[numSeries()];
    }

    /** Numbers to predict for a row, where they are channels; 0 where rows have labels of their own. */
    public int numTargets() {
        return plan.numTargets();
    }

    /** The first row of a series; of {@code numSeries()} the number of rows. */
    public int firstRow(int series) {
        return firstRows[series];
    }

    /** First step of each series, and after the last the number of all: the array itself, do not change it. */
    public int[] starts() {
        return starts;
    }

    /**
     * The values, an array that may be longer: itself, do not change it.
     *
     * @throws IllegalStateException if they lie in a mapped file
     */
    public float[] values() {
        if (values instanceof HeapFloats heap) {
            return heap.values();
        }
        throw new IllegalStateException(this + " lie in a mapped file");
    }

    /** Whether the values lie on the heap, and not in a mapped file. */
    public boolean isOnHeap() {
        return values instanceof HeapFloats;
    }

    /** Steps of a series. */
    public int steps(int series) {
        return starts[series + 1] - starts[series];
    }

    /** The series that a row lies in. */
    public int seriesOf(int row) {
        if (numRows() == numSeries()) {
            return row;
        }
        int found = Arrays.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    /** Steps of a row, at least 1. */
    public int length(int row) {
        return plan.windowLength(steps(seriesOf(row)));
    }

    /** Steps of the longest row; 0 where there is none. */
    public int longest() {
        int longest = 0;
        for (int s = 0; s < numSeries(); s++) {
            longest = Math.max(longest, plan.windowLength(steps(s)));
        }
        return longest;
    }

    private int firstStep(int row, int series) {
        return starts[series] + (row - firstRows[series]) * plan.stride();
    }

    /** Copies the inputs of a row, step after step, to {@code to[at .. at + length(row) * numFeatures())}. */
    public void copyWindow(int row, float[] to, int at) {
        int series = seriesOf(row);
        int length = plan.windowLength(steps(series));
        values.copy(firstStep(row, series) * channels, channels, plan.numInputs(), length, to, at);
    }

    /** Copies the targets of a row to {@code to[at .. at + numTargets())}, in the order of {@link WindowPlan}. */
    public void copyTargets(int row, float[] to, int at) {
        int series = seriesOf(row);
        int after = firstStep(row, series) + plan.windowLength(steps(series));
        int first = plan.horizon() == 0 ? after - 1 : after;
        int times = Math.max(1, plan.horizon());
        for (int t = 0; t < targetChannels.length; t++) {
            for (int h = 0; h < times; h++) {
                copy((first + h) * channels + targetChannels[t], 1, to, at + h * targetChannels.length + t);
            }
        }
    }

    /** Copies a series, all its channels, step after step, to {@code to[at .. at + steps(series) * channels())}. */
    public void copySeries(int series, float[] to, int at) {
        copy(starts[series] * channels, steps(series) * channels, to, at);
    }

    private void copy(int from, int count, float[] to, int at) {
        values.copy(from, count, count, 1, to, at);
    }

    @Override
    public long numStored() {
        return (long) numSteps() * channels;
    }

    /** The rows with the steps they need of their series, and no others. */
    @Override
    public SequenceFeatures slice(int from, int to) {
        if (from == to) {
            return new SequenceFeatures(plan, channels, new int[1], new float[0]);
        }
        int firstSeries = seriesOf(from);
        int endSeries = seriesOf(to - 1) + 1;
        int[] sliced = new int[endSeries - firstSeries + 1];
        int[] begins = new int[endSeries - firstSeries];
        for (int s = firstSeries; s < endSeries; s++) {
            int firstRow = Math.max(from, firstRows[s]);
            int windows = Math.min(to, firstRows[s + 1]) - firstRow;
            int i = s - firstSeries;
            begins[i] = firstStep(firstRow, s);
            sliced[i + 1] = sliced[i] + plan.stepsOf(windows, steps(s));
        }
        float[] copied = new float[sliced[begins.length] * channels];
        for (int i = 0; i < begins.length; i++) {
            copy(begins[i] * channels, (sliced[i + 1] - sliced[i]) * channels, copied, sliced[i] * channels);
        }
        return new SequenceFeatures(plan, channels, sliced, copied);
    }

    @Override
    public long contentHash() {
        long hash = 31L * plan.hashCode() + channels;
        float[] series = {};
        for (int s = 0; s < numSeries(); s++) {
            int count = steps(s) * channels;
            if (series.length < count) {
                series = new float[count];
            }
            copySeries(s, series, 0);
            hash = 31 * hash + count;
            for (int i = 0; i < count; i++) {
                hash = 31 * hash + Float.floatToIntBits(series[i]);
            }
        }
        return hash;
    }

    @Override
    public void drop() {
        values.drop();
    }

    @Override
    public String toString() {
        return "SequenceFeatures[" + numRows() + " rows over " + numSeries() + " series of " + numSteps() + " steps x "
                + channels + " channels]";
    }
}
