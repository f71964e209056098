package org.sparkmlext.jobs.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How Zeppelin draws a paragraph's table.
 *
 * @param keys columns whose values, joined, stand along the x-axis
 * @param groups columns whose values, joined, make a series each; may be empty
 * @param values columns of numbers; a series each and group
 */
record Chart(Kind kind, List<String> keys, List<String> groups, List<Value> values) {

    /** What is drawn; Zeppelin's other modes are shown as the table they come from. */
    enum Kind {
        BARS("multiBarChart"),
        LINES("lineChart");

        private final String mode;

        Kind(String mode) {
            this.mode = mode;
        }
    }

    /**
     * A column of numbers.
     *
     * @param aggregate of rows with the same key and group: sum, avg, min, max or count
     */
    record Value(String column, String aggregate) {}

    /** The chart of a paragraph's {@code config}; null where its table is shown as a table. */
    static @Nullable Chart of(JsonNode config) {
        JsonNode graph = config.path("results").path("0").path("graph");
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.mode.equals(graph.path("mode").asText()))
                .findFirst()
                .orElse(null);
        if (kind == null) {
            return null;
        }
        List<Value> values = new ArrayList<>();
        graph.path("values")
                .forEach(value -> values.add(new Value(
                        value.path("name").asText(), value.path("aggr").asText("sum"))));
        return new Chart(kind, names(graph.path("keys")), names(graph.path("groups")), values);
    }

    private static List<String> names(JsonNode columns) {
        List<String> names = new ArrayList<>();
        columns.forEach(column -> names.add(column.path("name").asText()));
        return names;
    }
}
