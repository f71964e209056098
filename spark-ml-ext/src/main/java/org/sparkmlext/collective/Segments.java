package org.sparkmlext.collective;

import java.util.Arrays;

/** The split of an operand into one contiguous segment a rank; segments may be empty. */
final class Segments {
    /** Segment {@code s} is {@code [bounds[s], bounds[s + 1])}. */
    private final int[] bounds;

    private Segments(int[] bounds) {
        this.bounds = bounds;
    }

    /** Segments whose lengths differ by one at most: segment s starts at {@code floor(length * s / ranks)}. */
    static Segments even(int length, int ranks) {
        int[] bounds = new int[ranks + 1];
        for (int s = 0; s <= ranks; s++) {
            bounds[s] = (int) ((long) length * s / ranks);
        }
        return new Segments(bounds);
    }

    /** Segments as the caller gave them. */
    static Segments ending(int[] ends, int ranks, int arrayLength) {
        if (ends.length != ranks) {
            throw new IllegalArgumentException(
                    "segmentEnds holds " + ends.length + " ends, needed: one for each of " + ranks + " ranks");
        }
        int[] bounds = new int[ranks + 1];
        for (int s = 0; s < ranks; s++) {
            if (ends[s] < bounds[s] || ends[s] > arrayLength) {
                throw new IllegalArgumentException("segmentEnds[" + s + "] is " + ends[s] + ", allowed: " + bounds[s]
                        + " (the end before it) to " + arrayLength + " (the length of the array)");
            }
            bounds[s + 1] = ends[s];
        }
        return new Segments(bounds);
    }

    int start(int segment) {
        return bounds[segment];
    }

    int end(int segment) {
        return bounds[segment + 1];
    }

    int count(int segment) {
        return bounds[segment + 1] - bounds[segment];
    }

    int total() {
        return bounds[bounds.length - 1];
    }

    boolean sameAs(Segments other) {
        return Arrays.equals(bounds, other.bounds);
    }

    @Override
    public String toString() {
        return "segments ending at " + Arrays.toString(Arrays.copyOfRange(bounds, 1, bounds.length));
    }
}
