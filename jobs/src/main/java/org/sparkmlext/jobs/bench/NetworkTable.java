package org.sparkmlext.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Medians of the runs of networks as Markdown tables: each system, then the ratios that are watched. */
final class NetworkTable {
    private static final String RATE = "samples_s";
    private static final List<String> COLUMNS = List.of("step_ms", "best_step_ms", RATE, "peak_rss_mb", "loss");

    /**
     * Samples a second of one system over another's.
     *
     * @param over systems of which the fastest counts
     * @param below what it is divided by, likewise
     * @param wanted what the ratio should reach at least
     */
    private record Ratio(String network, List<String> over, List<String> below, double wanted) {}

    private static final List<String> BARE = List.of("ours-1x2-float32", "ours-2x1-float32");
    private static final List<String> BARE_BFLOAT16 = List.of("ours-1x2-bfloat16", "ours-2x1-bfloat16");
    private static final List<String> GPU = List.of("ours-cuda-bfloat16");
    private static final String VGG = "vgg-cifar";
    private static final String SMALL = "small-cnn";
    private static final String LSTM = "lstm-attention";

    private static final List<Ratio> RATIOS = List.of(
            new Ratio(VGG, BARE, List.of("libtorch-contiguous-float32"), 1.7),
            new Ratio(VGG, BARE, List.of("libtorch-channels_last-float32"), 1.4),
            new Ratio(VGG, BARE_BFLOAT16, List.of("libtorch-bytedeco-channels_last-bfloat16"), 1.4),
            new Ratio(SMALL, BARE, List.of("libtorch-contiguous-float32"), 1.9),
            new Ratio(SMALL, BARE, List.of("libtorch-channels_last-float32"), 1.9),
            new Ratio(SMALL, BARE_BFLOAT16, List.of("libtorch-bytedeco-channels_last-bfloat16"), 1.4),
            new Ratio(SMALL, BARE, List.of("dl4j"), 15),
            new Ratio(VGG, List.of("spark-local-1x2-float32", "spark-local-2x1-float32"), BARE, 0.92),
            new Ratio(VGG, List.of("spark-cluster-2x1-float32"), BARE, 0.92),
            new Ratio(VGG, List.of("spark-local-1x2-bfloat16", "spark-local-2x1-bfloat16"), BARE_BFLOAT16, 0.92),
            new Ratio(VGG, List.of("spark-cluster-2x1-bfloat16"), BARE_BFLOAT16, 0.92),
            new Ratio(SMALL, List.of("spark-local-1x2-float32", "spark-local-2x1-float32"), BARE, 0.92),
            new Ratio(SMALL, List.of("spark-cluster-2x1-float32"), BARE, 0.92),
            new Ratio(LSTM, List.of("spark-local-1x2-float32", "spark-local-2x1-float32"), BARE, 0.92),
            new Ratio(LSTM, List.of("spark-cluster-2x1-float32"), BARE, 0.92),
            new Ratio(VGG, GPU, List.of("torch-gpu-eager-bfloat16"), 1.5),
            new Ratio(VGG, GPU, List.of("torch-gpu-graph-bfloat16"), 1.0),
            new Ratio(VGG, GPU, List.of("torch-gpu-compiled-bfloat16", "torch-gpu-autotuned-bfloat16"), 1.1),
            new Ratio(VGG, List.of("ours-cuda-libraries-bfloat16"), GPU, 1.0),
            new Ratio(VGG, List.of("ours-cuda-float32"), List.of("torch-gpu-graph-tf32"), 1.0),
            new Ratio(LSTM, GPU, List.of("torch-gpu-graph-bfloat16", "torch-gpu-graph-float16"), 1.1),
            new Ratio(LSTM, List.of("ours-cuda-float32"), List.of("torch-gpu-graph-tf32"), 1.0),
            new Ratio(VGG, List.of("ours-2x1-float32"), List.of("ours-1x1-float32"), 1.85),
            new Ratio(VGG, List.of("spark-local-2x1-float32"), List.of("spark-local-1x1-float32"), 1.85));

    private final Map<String, List<JsonNode>> runsBySystem = new LinkedHashMap<>();

    /** Systems of which the ratios speak. */
    static Set<String> systems() {
        return RATIOS.stream()
                .flatMap(ratio -> Stream.concat(ratio.over().stream(), ratio.below().stream()))
                .collect(Collectors.toSet());
    }

    /** Takes a run whose system is called {@code system.network}. */
    void add(JsonNode run) {
        runsBySystem
                .computeIfAbsent(run.path("system").asText(), name -> new ArrayList<>())
                .add(run);
    }

    String markdown() {
        StringBuilder text = new StringBuilder(
                        "| system.network | runs | step ms | best window | samples/s | peak RSS MB | last loss |\n")
                .append("|---|---|---|---|---|---|---|\n");
        runsBySystem.forEach((system, runs) -> text.append("| ")
                .append(system)
                .append(" | ")
                .append(runs.size())
                .append(", ")
                .append(runs.stream().filter(ResultTable::isQuiet).count())
                .append(" quiet | ")
                .append(COLUMNS.stream()
                        .map(column -> cell(counting(runs), column))
                        .collect(Collectors.joining(" | ")))
                .append(" |\n"));
        return text.toString();
    }

    /** Each ratio for which both sides have run. */
    String ratios() {
        StringBuilder text = new StringBuilder();
        for (Ratio ratio : RATIOS) {
            OptionalDouble over = fastest(ratio.over(), ratio.network());
            OptionalDouble below = fastest(ratio.below(), ratio.network());
            if (over.isPresent() && below.isPresent()) {
                double value = over.getAsDouble() / below.getAsDouble();
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s / %s | %.2f | %.2f | %s | %s |%n",
                        ratio.network(),
                        String.join(" or ", ratio.over()),
                        String.join(" or ", ratio.below()),
                        value,
                        ratio.wanted(),
                        value >= ratio.wanted() ? "yes" : "NO",
                        areQuiet(ratio) ? "quiet" : "not all quiet"));
            }
        }
        return text.isEmpty()
                ? ""
                : "| network | samples/s of / samples/s of (of several the fastest) | ratio | wanted | reached | runs |\n"
                        + "|---|---|---|---|---|---|\n" + text;
    }

    /** Whether every system of the ratio that has run has a quiet run, so that only such count. */
    private boolean areQuiet(Ratio ratio) {
        return Stream.concat(ratio.over().stream(), ratio.below().stream())
                .map(system -> runsBySystem.getOrDefault(system + "." + ratio.network(), List.of()))
                .filter(runs -> !runs.isEmpty())
                .allMatch(runs -> runs.stream().anyMatch(ResultTable::isQuiet));
    }

    private OptionalDouble fastest(List<String> systems, String network) {
        return systems.stream()
                .map(system -> counting(runsBySystem.getOrDefault(system + "." + network, List.of())))
                .filter(runs -> !runs.isEmpty())
                .mapToDouble(runs -> median(runs, RATE))
                .max();
    }

    /** The quiet runs where there are some, else all. */
    private static List<JsonNode> counting(List<JsonNode> runs) {
        List<JsonNode> quiet = runs.stream().filter(ResultTable::isQuiet).toList();
        return quiet.isEmpty() ? runs : quiet;
    }

    private static String cell(List<JsonNode> runs, String column) {
        String format = column.equals(RATE) || column.endsWith("_mb") ? "%.0f" : "%.2f";
        return String.format(Locale.ROOT, format, median(runs, column));
    }

    private static double median(List<JsonNode> runs, String column) {
        double[] values = runs.stream()
                .mapToDouble(run -> run.path(column).asDouble(Double.NaN))
                .sorted()
                .toArray();
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
