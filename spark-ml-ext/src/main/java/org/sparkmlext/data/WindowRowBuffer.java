package org.sparkmlext.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Windows of one kind, for training or for validation, collected series by series until they are a block. */
final class WindowRowBuffer {

    private static final long MAX_BLOCK_BYTES = 32L << 20;

    private final SequenceRowBuffer series;
    private final boolean isValidation;
    /** One a window; null where all weigh 1. */
    private float @Nullable [] weights;

    private int numRows;

    /** @param channels numbers of a step */
    WindowRowBuffer(WindowPlan plan, int channels, boolean hasWeights, boolean isValidation) {
        this.series = new SequenceRowBuffer(plan, channels, TableBlock.MAX_ROWS, MAX_BLOCK_BYTES);
        this.isValidation = isValidation;
        this.weights = hasWeights ? new float[64] : null;
    }

    boolean isValidation() {
        return isValidation;
    }

    /**
     * Appends the windows of a series; values are copied.
     *
     * @param values step after step; may be longer
     * @param firstStep where the series begins in it
     * @param rowWeights one a window; may be longer, and is not looked at where all weigh 1
     */
    void add(float[] values, int firstStep, int steps, float[] rowWeights) {
        int rows = series.add(values, firstStep, steps);
        float[] own = weights;
        if (own != null) {
            if (numRows + rows > own.length) {
                own = Arrays.copyOf(own, Math.max(2 * own.length, numRows + rows));
                weights = own;
            }
            System.arraycopy(rowWeights, 0, own, numRows, rows);
        }
        numRows += rows;
    }

    /** Whether so many more windows make the block too large. */
    boolean hasRoomFor(int rows) {
        return series.hasRoomFor(rows);
    }

    boolean isFull() {
        return series.isFull();
    }

    boolean isEmpty() {
        return numRows == 0;
    }

    /** The windows so far, in arrays of exactly their length. */
    TableBlock build() {
        float[] own = weights;
        return new TableBlock(
                numRows,
                series.build(),
                new float[0],
                own == null ? null : Arrays.copyOf(own, numRows),
                null,
                isValidation);
    }
}
