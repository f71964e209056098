package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How often each value of a column of categories occurs. */
final class CategorySummary implements Serializable {
    private static final long serialVersionUID = 1L;

    /** More are no categories. */
    static final int MOST = 1_000_000;

    private final Map<String, Long> counts = new HashMap<>();
    private long nulls;
    private boolean hasTooMany;

    void add(@Nullable String value) {
        if (value == null) {
            nulls++;
        } else if (!hasTooMany) {
            counts.merge(value, 1L, Long::sum);
            checkSize();
        }
    }

    void merge(CategorySummary other) {
        nulls += other.nulls;
        hasTooMany |= other.hasTooMany;
        if (!hasTooMany) {
            other.counts.forEach((value, count) -> counts.merge(value, count, Long::sum));
        }
        checkSize();
    }

    private void checkSize() {
        hasTooMany |= counts.size() > MOST;
        if (hasTooMany) {
            counts.clear();
        }
    }

    boolean hasTooMany() {
        return hasTooMany;
    }

    long nulls() {
        return nulls;
    }

    Map<String, Long> counts() {
        return counts;
    }
}
