package org.sparkmlext.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Medians of timed runs as Markdown tables: over the quiet runs and over all, then each peer over ours. */
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
            "live_mb",
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

    /**
     * Each peer's medians divided by those of our system with the same shape of trees and the same kind of input. Empty
     * without such a pair. Over the quiet runs if both have some, else over all, which is then said.
     */
    String ratios(List<BenchSystem> systems) {
        StringBuilder text = new StringBuilder();
        for (BenchSystem peer : systems) {
            for (BenchSystem own : systems) {
                if (!peer.isOwn() && own.isOwn() && peer.shape() == own.shape() && peer.isDirect() == own.isDirect()) {
                    text.append(ratioRow(peer.name(), own.name()));
                }
            }
        }
        return text.isEmpty()
                ? ""
                : "| peer / ours | runs | fit | process | predict | RSS | AUC of ours minus the peer's |\n"
                        + "|---|---|---|---|---|---|---|\n" + text;
    }

    private String ratioRow(String peer, String own) {
        List<JsonNode> peerRuns = runsBySystem.getOrDefault(peer, List.of());
        List<JsonNode> ownRuns = runsBySystem.getOrDefault(own, List.of());
        boolean areQuiet = peerRuns.stream().anyMatch(ResultTable::isQuiet)
                && ownRuns.stream().anyMatch(ResultTable::isQuiet);
        if (areQuiet) {
            peerRuns = peerRuns.stream().filter(ResultTable::isQuiet).toList();
            ownRuns = ownRuns.stream().filter(ResultTable::isQuiet).toList();
        }
        StringBuilder row =
                new StringBuilder("| " + peer + " / " + own + " | " + (areQuiet ? "quiet" : "all, not quiet") + " |");
        for (ToDoubleFunction<JsonNode> figure : List.<ToDoubleFunction<JsonNode>>of(
                run -> run.path("ingest_s").asDouble(0) + run.path("fit_s").asDouble(Double.NaN),
                run -> run.path("process_s").asDouble(Double.NaN),
                run -> run.path("predict_s").asDouble(Double.NaN),
                run -> run.path("peak_rss_mb").asDouble(Double.NaN))) {
            row.append(String.format(Locale.ROOT, " %.2f |", median(peerRuns, figure) / median(ownRuns, figure)));
        }
        ToDoubleFunction<JsonNode> auc = run -> run.path("auc").asDouble(Double.NaN);
        return row.append(String.format(Locale.ROOT, " %+.5f |%n", median(ownRuns, auc) - median(peerRuns, auc)))
                .toString();
    }

    private static double median(List<JsonNode> runs, ToDoubleFunction<JsonNode> figure) {
        double[] values = runs.stream().mapToDouble(figure).sorted().toArray();
        return values.length == 0 ? Double.NaN : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    private static String cell(List<JsonNode> runs, String column) {
        List<JsonNode> having = runs.stream().filter(run -> run.has(column)).toList();
        if (having.isEmpty()) {
            return "";
        }
        double median = median(having, run -> run.get(column).asDouble());
        String format = column.endsWith("_s") ? "%.2f" : column.endsWith("_mb") ? "%.0f" : "%.5f";
        return String.format(Locale.ROOT, format, median);
    }
}
