package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a scan found in the events of one partition, or, merged, in the whole table. Not thread-safe. */
public final class SeriesCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    private long number;
    private long longest;
    private long tooShort;
    private long acrossBorder;
    private long withFilledTarget;
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
        return acrossBorder + withFilledTarget;
    }

    /** Those of them that have a target which was filled in. */
    public long windowsWithFilledTarget() {
        return withFilledTarget;
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
        if (acrossBorder > 0) {
            text += "; " + acrossBorder + " windows left out that are neither for training nor for validation:"
                    + " some of their steps are flagged, but not all their targets";
        }
        if (withFilledTarget > 0) {
            text += "; " + withFilledTarget + " windows left out because a target of theirs was filled in (gaps)";
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

    void countAcrossBorder(long windows) {
        acrossBorder += windows;
    }

    void countWithFilledTarget(long windows) {
        withFilledTarget += windows;
    }

    void countFault(String text) {
        // The same one whatever the order of partitions.
        fault = fault == null || text.compareTo(fault) < 0 ? text : fault;
    }

    void merge(SeriesCounts other) {
        number += other.number;
        longest = Math.max(longest, other.longest);
        tooShort += other.tooShort;
        acrossBorder += other.acrossBorder;
        withFilledTarget += other.withFilledTarget;
        if (other.fault != null) {
            countFault(other.fault);
        }
    }
}
