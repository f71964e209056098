package org.sparkmlext.tree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A rank's scores, highest first, equal ones of the same class in one entry.
 *
 * <p>An entry's code is {@code 2 * place + positive} with {@code place} the 32-bit key of the score in descending order, so
 * that ascending codes walk the curve from its start. Entries of weight 0 say nothing and are left out.
 */
final class RankedScores {

    /** Bits of a row's or an entry's position in a sort key; a code has the other 33. */
    private static final int POSITION_BITS = 31;

    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

    private final long[] codes;
    private final long[] weights;
    private final int count;

    private RankedScores(long[] codes, long[] weights, int count) {
        this.codes = codes;
        this.weights = weights;
        this.count = count;
    }

    /**
     * Sorts and merges; 16 bytes a row.
     *
     * @param scores no NaN
     * @param positiveLabel the label of positive rows; all others are negative
     * @param weights finite and not negative; null means 1
     * @param unit units of fixed point in a weight of 1
     */
    static RankedScores of(
            float[] scores, float[] labels, float positiveLabel, float @Nullable [] weights, double unit) {
        long[] sorted = new long[scores.length];
        for (int r = 0; r < scores.length; r++) {
            sorted[r] = sortKey(code(scores[r], labels[r] == positiveLabel), r);
        }
        Arrays.parallelSort(sorted);
        long[] sums = new long[sorted.length];
        int count = 0;
        for (long key : sorted) {
            long code = codeOf(key);
            long weight = weights == null ? (long) unit : (long) Math.rint(weights[positionOf(key)] * unit);
            if (weight == 0) {
                continue;
            }
            // Entries take the place of keys that were read already.
            if (count > 0 && sorted[count - 1] == code) {
                sums[count - 1] += weight;
            } else {
                sorted[count] = code;
                sums[count] = weight;
                count++;
            }
        }
        return new RankedScores(sorted, sums, count);
    }

    int count() {
        return count;
    }

    long code(int entry) {
        return codes[entry];
    }

    long weight(int entry) {
        return weights[entry];
    }

    /** Copies entries from {@code from} on. */
    void copyTo(int from, int length, long[] codesTo, long[] weightsTo, int at) {
        System.arraycopy(codes, from, codesTo, at, length);
        System.arraycopy(weights, from, weightsTo, at, length);
    }

    /** The first entry at or after {@code from} whose code is at least {@code end}. */
    int firstFrom(int from, long end) {
        return firstFrom(codes, from, count, end);
    }

    static int firstFrom(long[] codes, int from, int to, long end) {
        int found = Arrays.binarySearch(codes, from, to, end);
        return found >= 0 ? found : -found - 1;
    }

    /** The code after both classes of a code's score. */
    static long endOfScore(long code) {
        return (code | 1) + 1;
    }

    private static long code(float score, boolean isPositive) {
        long place = ~SortableFloat.key(score) & 0xffffffffL;
        return place << 1 | (isPositive ? 1 : 0);
    }

    /** Sorts as a signed number by code, then position. */
    static long sortKey(long code, int position) {
        return (code << POSITION_BITS | position) ^ Long.MIN_VALUE;
    }

    static long codeOf(long sortKey) {
        return (sortKey ^ Long.MIN_VALUE) >>> POSITION_BITS;
    }

    static int positionOf(long sortKey) {
        return (int) (sortKey & POSITION_MASK);
    }
}
