package org.sparkmlext.ml.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes rows events.
 *
 * @param entity column that says which series a row belongs to; null where the table is one series
 * @param time column of times
 * @param targets columns that are foretold; empty where the label column is
 */
public record Events(@Nullable String entity, String time, List<String> targets) {

    public Events {
        targets = List.copyOf(targets);
    }

    /** The columns that no feature is made of: entity and time. */
    List<String> keys() {
        List<String> keys = new ArrayList<>(List.of(time));
        if (entity != null) {
            keys.add(entity);
        }
        return keys;
    }
}
