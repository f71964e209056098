package org.sparkmlext.ml.forecast;

import java.io.Serializable;
import java.util.Arrays;

/**
 * One series, in memory of one task.
 *
 * @param entity which one; empty where there is one only
 * @param times strictly rising
 * @param values a row a target, as long as {@code times}; NaN where a value is missing. Not copied
 */
record Series(String entity, long[] times, double[][] values) implements Serializable {

    /** Place of the last row at or before a time; -1 where the series starts later. */
    int lastAt(long time) {
        int place = Arrays.binarySearch(times, time);
        return place >= 0 ? place : -place - 2;
    }

    /** What forecasters see of a target. */
    Past past(int target) {
        double[] filled = values[target].clone();
        int first = 0;
        while (first < filled.length && Double.isNaN(filled[first])) {
            first++;
        }
        for (int i = first + 1; i < filled.length; i++) {
            filled[i] = Double.isNaN(filled[i]) ? filled[i - 1] : filled[i];
        }
        return new Past(filled, first);
    }

    /** A target from its first value on, where a missing value is the one before it. */
    static final class Past {
        private final double[] filled;
        private final int first;

        private Past(double[] filled, int first) {
            this.filled = filled;
            this.first = first;
        }

        /**
         * A copy of the last values at or before a place of the series.
         *
         * @param atMost how many, if there are as many
         * @return oldest first; empty where there is no value yet
         */
        double[] upTo(int place, int atMost) {
            int end = place + 1;
            return end <= first ? new double[0] : Arrays.copyOfRange(filled, Math.max(first, end - atMost), end);
        }
    }
}
