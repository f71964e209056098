package org.sparkmlext.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Medians of timed runs as a Markdown table: over the quiet runs, and over all. */
final class ResultTable {
    /** Cores that others may have used during the fit of a quiet run. */
    static final double QUIET_CORES = 0.25;

    private static final List<String> COLUMNS = List.of(
            "session_s",
            "load_s",
            "ingest_s",
            "fit_s",
            "fit_cpu_s",
            "predict_s",
            "process_s",
            "peak_rss_mb",
            "auc",
            "logloss");

    private final Map<String, List<JsonNode>> runsBySystem = new LinkedHashMap<>();

    void add(JsonNode run) {
        runsBySystem
                .computeIfAbsent(run.path("system").asText(), name -> new ArrayList<>())
                .add(run);
    }

    static boolean isQuiet(JsonNode run) {
        return run.path("fit_other_s").asDouble()
                <= QUIET_CORES * run.path("fit_s").asDouble();
    }

    String markdown() {
        StringBuilder text = new StringBuilder("| system | runs | ")
                .append(String.join(" | ", COLUMNS))
                .append(" |\n|---|---|")
                .append("---|".repeat(COLUMNS.size()))
                .append('\n');
        runsBySystem.forEach((system, runs) -> {
            List<JsonNode> quiet = runs.stream().filter(ResultTable::isQuiet).toList();
            text.append(row(system, quiet.size() + " quiet", quiet));
            text.append(row(system, runs.size() + " in all", runs));
        });
        return text.toString();
    }

    private static String row(String system, String which, List<JsonNode> runs) {
        return "| " + system + " | " + which + " | "
                + COLUMNS.stream().map(column -> cell(runs, column)).collect(Collectors.joining(" | ")) + " |\n";
    }

    private static String cell(List<JsonNode> runs, String column) {
        double[] values = runs.stream()
                .filter(run -> run.has(column))
                .mapToDouble(run -> run.get(column).asDouble())
                .sorted()
                .toArray();
        if (values.length == 0) {
            return "";
        }
        double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        String format = column.endsWith("_s") ? "%.2f" : column.endsWith("_mb") ? "%.0f" : "%.5f";
        return String.format(Locale.ROOT, format, median);
    }
}
