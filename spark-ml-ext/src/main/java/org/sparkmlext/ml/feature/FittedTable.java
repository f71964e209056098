package org.sparkmlext.ml.feature;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What fit found for a table.
 *
 * @param timeZone in which moments have a date and an hour
 */
record FittedTable(String timeZone, List<FittedColumn> columns) implements Serializable {

    private static final ObjectMapper JSON = new ObjectMapper();

    FittedTable {
        if (timeZone == null) {
            throw new IllegalArgumentException("the table lacks its time zone");
        }
        columns = List.copyOf(columns);
    }

    /** Of a model that is not fitted: no columns. */
    static FittedTable empty() {
        return new FittedTable("UTC", List.of());
    }

    static FittedTable ofJson(byte[] json) throws IOException {
        return JSON.readValue(json, FittedTable.class);
    }

    byte[] toJson() throws IOException {
        return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Names of all features, in the order of the output. */
    List<String> features() {
        return columns.stream().flatMap(column -> column.features().stream()).toList();
    }

    boolean hasOneHot() {
        return columns.stream()
                .anyMatch(c -> c.categories() != null && c.categories().oneHot());
    }
}
