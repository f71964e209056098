package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What fit found for a column.
 *
 * @param family types that the column may have, see {@link ColumnKind#family}
 * @param failsOnInvalid whether infinite numbers fail, else they are missing
 * @param indicator name of the feature that says where the column is missing, or null
 * @param categories of a column of categories, which has no numbers; else null
 */
record FittedColumn(
        String column,
        ColumnKind kind,
        String family,
        boolean failsOnInvalid,
        List<FittedNumber> numbers,
        @Nullable String indicator,
        @Nullable FittedCategories categories)
        implements Serializable {

    FittedColumn {
        if (column == null || kind == null || family == null) {
            throw new IllegalArgumentException("a column lacks its name, its kind or its type");
        }
        numbers = List.copyOf(numbers);
        if ((categories != null) != (kind == ColumnKind.CATEGORY) || numbers.isEmpty() != (categories != null)) {
            throw new IllegalArgumentException("column '" + column + "' is of kind " + kind + " and has "
                    + numbers.size() + " numbers and " + (categories == null ? "no " : "") + "categories");
        }
    }

    /** Names of its features, in the order of the output. */
    List<String> features() {
        return categories != null
                ? categories.features()
                : Stream.concat(numbers.stream().map(FittedNumber::name), Stream.ofNullable(indicator))
                        .toList();
    }
}
