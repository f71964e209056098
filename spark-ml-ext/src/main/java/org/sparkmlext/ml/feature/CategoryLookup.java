package org.sparkmlext.ml.feature;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.ComputedColumns;

/** From the text of a category to its index, by hashing: Spark's own maps are searched from end to end. */
final class CategoryLookup implements ComputedColumns.ValueFunction {
    private static final long serialVersionUID = 1L;

    private static final String REMEDY =
            "; set handleInvalid to keep before fit, for this column alone with overrides, or leave" + " such rows out";

    private final String column;
    private final String[] values;
    /** Index of values that are none of these, and of null; below 0 where they are refused. */
    private final int other;

    private final int missing;
    /** Not sent along: a task makes its own. */
    private transient volatile @Nullable Map<UTF8String, Double> indices;

    CategoryLookup(String column, FittedCategories categories) {
        this.column = column;
        this.values = categories.values().toArray(String[]::new);
        this.other = categories.hasOther() ? categories.otherIndex() : -1;
        this.missing = categories.hasMissing() ? categories.missingIndex() : -1;
    }

    @Override
    public Object apply(@Nullable Object value) {
        if (value == null) {
            if (missing < 0) {
                throw new IllegalArgumentException("column '" + column + "' is null" + REMEDY);
            }
            return (double) missing;
        }
        Double index = indices().get((UTF8String) value);
        if (index != null) {
            return index;
        }
        if (other < 0) {
            throw new IllegalArgumentException("column '" + column + "' holds '" + value
                    + "', which fit did not see; it saw "
                    + List.of(values).subList(0, Math.min(values.length, 20)) + (values.length > 20 ? " and more" : "")
                    + REMEDY);
        }
        return (double) other;
    }

    private Map<UTF8String, Double> indices() {
        Map<UTF8String, Double> made = indices;
        if (made == null) {
            made = new HashMap<>();
            for (int i = 0; i < values.length; i++) {
                made.put(UTF8String.fromString(values[i]), (double) i);
            }
            indices = made;
        }
        return made;
    }
}
