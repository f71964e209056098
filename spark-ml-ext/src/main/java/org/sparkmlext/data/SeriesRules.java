package org.sparkmlext.data;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events that do not make a clean series.
 *
 * @param frequency how the steps of a series follow each other; null where any two times may
 * @param gaps what to do where events are missing by the frequency; without one there are no gaps
 * @param duplicates what to do with events of one entity and time
 * @param skipsInvalid whether events with a null, NaN or infinite value are left out, else they are an error
 */
public record SeriesRules(@Nullable Frequency frequency, Gaps gaps, Duplicates duplicates, boolean skipsInvalid)
        implements Serializable {

    /** What to do where events are missing. */
    public enum Gaps {
        /** It is an error. */
        ERROR,
        /** What comes after is a series of its own: no window spans the gap. */
        SPLIT,
        /** Steps with the values of the one before are put in, and marked. */
        FILL
    }

    /** What to do with events of one entity and time. */
    public enum Duplicates {
        /** It is an error. */
        ERROR,
        /** The last one counts; see {@link SeriesTable} for which that is. */
        LAST
    }
}
