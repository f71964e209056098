package org.sparkmlext.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.JsonText;
import org.sparkmlext.data.Safetensors;
import org.sparkmlext.data.Tensor;
import org.sparkmlext.training.RoundState;

/**
 * All that training needs to go on exactly where an epoch ended. The order of rows and the draws of dropout and augmentation follow
 * from seed, epoch and step, so that nothing of them has to be kept.
 *
 * @param origin what tells runs apart: a checkpoint is only good for the run that wrote it
 * @param step updates made
 * @param parameters flat, at the end of the epoch
 * @param state flat running statistics
 * @param slots what the optimiser keeps
 * @param history metrics of all epochs
 * @param bestParameters parameters of the best epoch, or null where that is the last one
 * @param bestState likewise
 */
record NetworkCheckpoint(
        RunOrigin origin,
        long step,
        float[] parameters,
        float[] state,
        float[] slots,
        List<Map<String, Double>> history,
        float @Nullable [] bestParameters,
        float @Nullable [] bestState) {

    private static final String FORMAT = "spark-ml-ext-network-checkpoint";
    private static final String VERSION = "1";

    byte[] encode() {
        Map<String, Tensor> tensors = new TreeMap<>();
        tensors.put("parameters", Tensor.of(parameters));
        tensors.put("state", Tensor.of(state));
        tensors.put("slots", Tensor.of(slots));
        if (bestParameters != null && bestState != null) {
            tensors.put("best_parameters", Tensor.of(bestParameters));
            tensors.put("best_state", Tensor.of(bestState));
        }
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("format", FORMAT);
        metadata.put("format_version", VERSION);
        metadata.put("settings", json(origin.settings()));
        metadata.put("network", origin.network());
        metadata.put("training_rows", Long.toString(origin.rows().training()));
        metadata.put("validation_rows", Long.toString(origin.rows().validation()));
        metadata.put("workers", Integer.toString(origin.rows().workers()));
        metadata.put("rows_digest", origin.rows().digest());
        metadata.put("step", Long.toString(step));
        metadata.put("history", text(history));
        return Safetensors.write(new Safetensors.Content(metadata, tensors));
    }

    /**
     * The checkpoint of a run with these settings.
     *
     * @throws IllegalArgumentException if it is damaged, or of a run with other settings; the message has the setting and both values
     */
    static NetworkCheckpoint of(RoundState state, NetworkSettings settings) {
        String name = "the checkpoint of epoch " + (state.round() + 1);
        NetworkCheckpoint checkpoint;
        try {
            checkpoint = decode(state.bytes());
        } catch (IOException e) {
            throw new IllegalArgumentException(name + " cannot be read: " + e.getMessage(), e);
        }
        try {
            checkpoint.origin().requireSettings(settings.described());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " " + e.getMessage(), e);
        }
        return checkpoint;
    }

    /** The model at the end of the epoch. */
    NetworkModel model() {
        return new NetworkModel(Architecture.fromJson(origin.network()), parameters, state);
    }

    /** @throws IOException if the bytes are no checkpoint, or a damaged one, or of another version; the message says which */
    static NetworkCheckpoint decode(byte[] bytes) throws IOException {
        Safetensors.Content content = Safetensors.read(new ByteArrayInputStream(bytes));
        Map<String, String> metadata = content.metadata();
        if (!FORMAT.equals(metadata.get("format")) || !VERSION.equals(metadata.get("format_version"))) {
            throw new IOException("not a checkpoint of a network this version can read: its format is '"
                    + metadata.get("format") + "', version " + metadata.get("format_version") + "; needed is '" + FORMAT
                    + "', version " + VERSION);
        }
        boolean hasBest = content.tensors().containsKey("best_parameters");
        return new NetworkCheckpoint(
                new RunOrigin(
                        settings(field(metadata, "settings")),
                        field(metadata, "network"),
                        new RowsDigest(
                                number(metadata, "training_rows"),
                                number(metadata, "validation_rows"),
                                (int) number(metadata, "workers"),
                                field(metadata, "rows_digest"))),
                number(metadata, "step"),
                floats(content, "parameters"),
                floats(content, "state"),
                floats(content, "slots"),
                history(field(metadata, "history")),
                hasBest ? floats(content, "best_parameters") : null,
                hasBest ? floats(content, "best_state") : null);
    }

    private static String field(Map<String, String> metadata, String name) throws IOException {
        String value = metadata.get(name);
        if (value == null) {
            throw new IOException("the checkpoint's metadata lack the field '" + name + "'");
        }
        return value;
    }

    private static long number(Map<String, String> metadata, String name) throws IOException {
        String text = field(metadata, name);
        if (!text.matches("[0-9]{1,18}")) {
            throw new IOException("the checkpoint's " + name + " is '" + text + "'; it must be a number");
        }
        return Long.parseLong(text);
    }

    private static Map<String, String> settings(String json) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        JsonText.parseObject(json).forEach((name, value) -> settings.put(name, String.valueOf(value)));
        return settings;
    }

    private static float[] floats(Safetensors.Content content, String name) throws IOException {
        return content.require(name, Tensor.Type.F32).toFloats();
    }

    private static String text(List<Map<String, Double>> history) {
        List<Map<String, String>> epochs = new ArrayList<>();
        for (Map<String, Double> metrics : history) {
            Map<String, String> texts = new LinkedHashMap<>();
            // As text: JSON has no number for infinity, and Double.toString gives back every bit.
            metrics.forEach((name, value) -> texts.put(name, Double.toString(value)));
            epochs.add(texts);
        }
        return json(Map.of("epochs", epochs));
    }

    private static String json(Map<String, ?> object) {
        StringBuilder json = new StringBuilder();
        JsonText.write(object, json);
        return json.toString();
    }

    private static List<Map<String, Double>> history(String json) throws IOException {
        List<Map<String, Double>> history = new ArrayList<>();
        if (!(JsonText.parseObject(json).get("epochs") instanceof List<?> epochs)) {
            throw new IOException("the checkpoint's history has no list of epochs");
        }
        try {
            for (Object epoch : epochs) {
                Map<String, Double> metrics = new LinkedHashMap<>();
                if (!(epoch instanceof Map<?, ?> named)) {
                    throw new IOException("the checkpoint's history holds an epoch that is no object");
                }
                named.forEach(
                        (name, value) -> metrics.put(String.valueOf(name), Double.valueOf(String.valueOf(value))));
                history.add(metrics);
            }
        } catch (NumberFormatException e) {
            throw new IOException("the checkpoint's history holds what is no number", e);
        }
        return history;
    }
}
