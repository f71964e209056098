package org.sparkmlext.ml.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.boosting.BoostedTreesModel;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.ml.neural.NetworkParams;
import org.sparkmlext.ml.neural.TrainedNetworkModel;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.tree.Forest;

/** A saved model in words: what every model tells, then its trees or its layers. */
public final class ModelDescription {
    private static final int SHOWN_IMPORTANCES = 30;

    private final SparkSession session;

    public ModelDescription(SparkSession session) {
        this.session = session;
    }

    /** Several lines: kind and size, params, table; of trees importances by name and the first one, of a network layers and epochs. */
    public String describe(String path, ModelDirectory.Loaded loaded) {
        StringBuilder text = new StringBuilder();
        text.append("model     ").append(path).append('\n');
        text.append("size      ").append(bytes(path)).append(" bytes on disk\n");
        text.append("kind      ").append(loaded.trained()).append('\n');
        if (loaded.model() instanceof PipelineModel pipeline) {
            text.append("pipeline  ")
                    .append(Arrays.stream(pipeline.stages())
                            .map(stage -> stage.getClass().getSimpleName())
                            .collect(Collectors.joining(" -> ")))
                    .append('\n');
        }
        if (loaded.layout() != null) {
            text.append("table     ")
                    .append(loaded.layout().format().name().toLowerCase(Locale.ROOT))
                    .append(", ")
                    .append(loaded.layout().describe())
                    .append('\n');
        }
        text.append("params (* = not the default)\n");
        appendParams(loaded.trained(), text);
        if (loaded.trained() instanceof BoostedTreesModel trees) {
            appendTrees(trees, text);
        } else if (loaded.trained() instanceof TrainedNetworkModel network) {
            appendNetwork(network, loaded.trained(), text);
        }
        return text.toString();
    }

    private long bytes(String path) {
        Path directory = new Path(path);
        try {
            FileSystem files = directory.getFileSystem(session.sparkContext().hadoopConfiguration());
            return files.getContentSummary(directory).getLength();
        } catch (IOException unreachable) {
            throw new UncheckedIOException("cannot read '" + path + "'", unreachable);
        }
    }

    private static void appendParams(Transformer model, StringBuilder text) {
        Params params = model;
        for (Param<?> param : params.params()) {
            if (params.isDefined(param)) {
                Object value = params.getOrDefault(param);
                boolean isDefault = params.hasDefault(param)
                        && sameValue(value, params.getDefault(param).get());
                text.append(isDefault ? "    " : "  * ")
                        .append(param.name())
                        .append(" = ")
                        .append(isOfLines(value) ? "JSON, whose layers are below" : show(value))
                        .append('\n');
            }
        }
    }

    private static void appendNetwork(TrainedNetworkModel model, Transformer stage, StringBuilder text) {
        text.append("network\n");
        String frozen = ((NetworkParams) stage).getFreezeUntil();
        Network layers = model.fittedLayers();
        (frozen.isEmpty() ? layers.summary() : layers.summary(frozen))
                .lines()
                .forEach(line -> text.append("    ").append(line).append('\n'));
        if (!model.hasSummary() || model.summary().epochs().isEmpty()) {
            return;
        }
        List<RoundReport> epochs = model.summary().epochs();
        RoundReport last = epochs.get(epochs.size() - 1);
        text.append("training  ")
                .append(epochs.size())
                .append(" epochs of ")
                .append(last.rows())
                .append(" rows\n");
        String metric = watched((NetworkParams) stage, last);
        int best = last.metrics().containsKey(metric) ? model.summary().bestEpoch(metric) : -1;
        if (best >= 0) {
            appendEpoch("best", epochs.get(best), text);
        }
        appendEpoch("last", last, text);
    }

    /** The metric that says which epoch is the best. */
    private static String watched(NetworkParams params, RoundReport epoch) {
        String validated = "validation-" + params.getValidationMetric();
        return epoch.metrics().containsKey(validated) ? validated : "train-" + params.getValidationMetric();
    }

    private static void appendEpoch(String which, RoundReport epoch, StringBuilder text) {
        text.append("    ").append(which).append(" epoch ").append(epoch.round() + 1);
        epoch.metrics().forEach((name, value) -> text.append(String.format(Locale.ROOT, "  %s %.5f", name, value)));
        text.append('\n');
    }

    private static boolean sameValue(Object a, Object b) {
        return Arrays.deepEquals(new Object[] {a}, new Object[] {b});
    }

    /** Whether it is the JSON of a network, a page of its own. */
    private static boolean isOfLines(Object value) {
        return value instanceof String text && text.strip().startsWith("{");
    }

    private static String show(Object value) {
        String shown = Arrays.deepToString(new Object[] {value});
        return shown.substring(1, shown.length() - 1);
    }

    private static void appendTrees(BoostedTreesModel model, StringBuilder text) {
        text.append("trees     ")
                .append(model.forest().numTrees())
                .append(" with ")
                .append(model.totalNumNodes())
                .append(" nodes, objective ")
                .append(model.forest().objective())
                .append(
                        model.forest().numOutputs() > 1
                                ? " of " + model.forest().numOutputs() + " raw scores"
                                : "")
                .append('\n');
        if (model.hasSummary()) {
            text.append("training  ")
                    .append(model.summary().rounds().size())
                    .append(" rounds, best ")
                    .append(model.summary().bestIteration() + 1)
                    .append('\n');
        }
        Map<String, Double> importances = model.featureImportancesByName(Forest.ImportanceKind.GAIN);
        text.append("importances (share of the loss reduction)\n");
        importances.entrySet().stream()
                .limit(SHOWN_IMPORTANCES)
                .forEach(entry ->
                        text.append(String.format(Locale.ROOT, "    %.4f  %s%n", entry.getValue(), entry.getKey())));
        if (importances.size() > SHOWN_IMPORTANCES) {
            text.append("    ... and ")
                    .append(importances.size() - SHOWN_IMPORTANCES)
                    .append(" more\n");
        }
        text.append("first tree\n");
        model.toDebugString()
                .lines()
                .dropWhile(line -> !line.equals("tree 0") && !line.startsWith("tree 0 "))
                .skip(1)
                .takeWhile(line -> line.startsWith(" "))
                .forEach(line -> text.append("  ").append(line).append('\n'));
    }
}
