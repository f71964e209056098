package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.input.BadInputException;

/** Whether a query has the columns that a model reads. */
final class QueryColumns {
    private static final Set<String> NUMBERS =
            Set.of("tinyint", "smallint", "int", "bigint", "float", "double", "boolean");

    private QueryColumns() {}

    /**
     * Checks that every column of a model is there and of a type that can stand for the one trained on: a number for a number, otherwise
     * the same.
     *
     * @param source what the message calls the query
     * @throws BadInputException if not; shows the model's columns and the query's
     */
    static void requireFit(ModelFacts facts, StructType schema, String source) {
        Map<String, String> present = new LinkedHashMap<>();
        for (StructField field : schema.fields()) {
            present.put(field.name(), field.dataType().catalogString());
        }
        List<String> faults = new ArrayList<>();
        for (ModelFacts.Column column : facts.columns()) {
            String type = present.get(column.name());
            if (type == null) {
                faults.add("column '" + column.name() + "' is missing");
            } else if (!canStandFor(type, column.type())) {
                faults.add("column '" + column.name() + "' is " + type + " where the model has " + column.type());
            }
        }
        if (!faults.isEmpty()) {
            throw new BadInputException(source + " does not fit: " + String.join("; ", faults) + ". The model reads "
                    + facts.columns().stream()
                            .map(column -> (column.name() + " " + column.type()).strip())
                            .collect(Collectors.joining(", "))
                    + "; the query has "
                    + Arrays.stream(schema.fields())
                            .map(field -> field.name() + " " + field.dataType().catalogString())
                            .collect(Collectors.joining(", "))
                    + ". Name the columns with AS and cast them with CAST");
        }
    }

    private static boolean canStandFor(String got, String trained) {
        return trained.isEmpty() || got.equals(trained) || (isNumber(got) && isNumber(trained));
    }

    private static boolean isNumber(String type) {
        return NUMBERS.contains(type) || type.startsWith("decimal");
    }
}
