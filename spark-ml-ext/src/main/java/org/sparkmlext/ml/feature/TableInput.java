package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.sql.types.DataType;

/**
 * A column of a table as fit reads it.
 *
 * @param column its name in the data
 * @param parts what its numbers are: {@link #WHOLE} the column itself, else keys of {@link DatePart}; empty for categories
 */
record TableInput(String column, ColumnKind kind, DataType type, ColumnRules rules, List<String> parts) {

    static final String WHOLE = "";

    /** @throws IllegalArgumentException if a date has none of the parts that are wanted */
    static TableInput of(String column, ColumnKind kind, DataType type, ColumnRules rules) {
        List<String> parts = kind.isNumber()
                ? List.of(WHOLE)
                : kind == ColumnKind.CATEGORY
                        ? List.of()
                        : rules.dateParts().stream()
                                .filter(part -> part.isOf(kind))
                                .flatMap(part -> part.keys(rules.cyclic()).stream())
                                .toList();
        if (kind.isTime() && parts.isEmpty()) {
            throw new IllegalArgumentException("column '" + column + "' is a date and has none of dateParts ("
                    + rules.dateParts().stream().map(DatePart::text).toList()
                    + "); set others, for this column alone with overrides");
        }
        return new TableInput(column, kind, type, rules, parts);
    }

    boolean hasIndicator() {
        return rules.missingIndicator() && kind != ColumnKind.CATEGORY;
    }
}
