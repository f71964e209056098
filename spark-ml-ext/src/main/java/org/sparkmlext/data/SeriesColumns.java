package org.sparkmlext.data;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a table of events make up its series.
 *
 * @param entityCol column that says whose event a row is; null where the table is one series
 * @param timeCol column by which the events of an entity are ordered
 * @param channels columns of numbers, the values of a step, each named once
 * @param validationIndicatorCol boolean column that is true for events to validate on, or null
 * @param weightCol column of numbers, what an event weighs, or null where all weigh 1
 */
public record SeriesColumns(
        @Nullable String entityCol,
        String timeCol,
        List<String> channels,
        @Nullable String validationIndicatorCol,
        @Nullable String weightCol)
        implements Serializable {

    public SeriesColumns {
        channels = List.copyOf(channels);
    }

    /** Where all events weigh 1. */
    public SeriesColumns(
            @Nullable String entityCol,
            String timeCol,
            List<String> channels,
            @Nullable String validationIndicatorCol) {
        this(entityCol, timeCol, channels, validationIndicatorCol, null);
    }
}
