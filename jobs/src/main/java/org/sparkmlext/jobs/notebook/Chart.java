package org.sparkmlext.jobs.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How Zeppelin draws a paragraph's table.
 *
 * @param keys columns whose values, joined, stand along the x-axis
 * @param groups columns whose values, joined, make a series each; may be empty
 * @param values columns of numbers; a series each and group
 */
public record Chart(Kind kind, List<String> keys, List<String> groups, List<Value> values) {

    /** What is drawn; Zeppelin's other modes are shown as the table they come from. */
    public enum Kind {
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
    public record Value(String column, String aggregate) {}

    /** The charts of a paragraph's {@code config} by the number of the output, from 0; none for what is shown as a table. */
    static Map<Integer, Chart> of(JsonNode config) {
        Map<Integer, Chart> charts = new TreeMap<>();
        config.path("results").fields().forEachRemaining(output -> {
            Chart chart = ofGraph(output.getValue().path("graph"));
            if (chart != null) {
                charts.put(Integer.valueOf(output.getKey()), chart);
            }
        });
        return charts;
    }

    private static @Nullable Chart ofGraph(JsonNode graph) {
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
