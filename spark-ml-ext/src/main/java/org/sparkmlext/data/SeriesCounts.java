package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a scan found in the events of one partition, or, merged, in the whole table. Not thread-safe. */
public final class SeriesCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    private long number;
    private long longest;
    private long tooShort;
    private long leftOut;
    private @Nullable String fault;

    SeriesCounts() {}

    /** Series, whether windows lie over them or not. */
    public long number() {
        return number;
    }

    /** Steps of the longest series. */
    public long longest() {
        return longest;
    }

    /** Series left out because they are too short for a window. */
    public long tooShort() {
        return tooShort;
    }

    /** Windows that are neither for training nor for validation. */
    public long windowsLeftOut() {
        return leftOut;
    }

    /** What is wrong with the events, of several faults one; empty if nothing is. */
    public Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /** For people: how many there are, and what was left out and why. */
    public String describe() {
        String text = number + " series of up to " + longest + " steps";
        if (tooShort > 0) {
            text += "; " + tooShort + " of them too short for a window, left out";
        }
        if (leftOut > 0) {
            text += String.format(
                    Locale.ROOT,
                    "; %d windows left out that are neither for training nor for validation:"
                            + " some of their steps are flagged, but not all their targets, or a target was filled in",
                    leftOut);
        }
        return text;
    }

    void count(long steps) {
        number++;
        longest = Math.max(longest, steps);
    }

    void countShort() {
        tooShort++;
    }

    void countLeftOut(long windows) {
        leftOut += windows;
    }

    void countFault(String text) {
        // The same one whatever the order of partitions.
        fault = fault == null || text.compareTo(fault) < 0 ? text : fault;
    }

    void merge(SeriesCounts other) {
        number += other.number;
        longest = Math.max(longest, other.longest);
        tooShort += other.tooShort;
        leftOut += other.leftOut;
        if (other.fault != null) {
            countFault(other.fault);
        }
    }
}
