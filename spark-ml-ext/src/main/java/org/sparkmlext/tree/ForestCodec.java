package org.sparkmlext.tree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sparkmlext.data.Safetensors;
import org.sparkmlext.data.Tensor;

/**
 * Reads and writes a {@link Forest} as one {@code model.safetensors}: same forest, same bytes.
 *
 * <p>Tensors are the arrays of {@link ForestNodes} by name, {@code base_scores} (F32, one an output) and
 * {@code feature_names} (UTF-8, a zero byte after each name); metadata {@code objective} and {@code num_outputs}. Version 1
 * knew logistic loss only and had a tensor {@code base_score} of one element.
 */
public final class ForestCodec {

    /** Name of the model file inside a model directory. */
    public static final String FILE_NAME = "model.safetensors";

    /** Version of the format that is written; older ones are read. */
    public static final int FORMAT_VERSION = 2;

    private static final String FORMAT = "spark-ml-ext-forest";

    private ForestCodec() {}

    /** The bytes of a file. */
    public static byte[] write(Forest forest) {
        ForestNodes nodes = forest.nodes();
        Map<String, Tensor> tensors = new TreeMap<>();
        tensors.put("base_scores", Tensor.of(forest.baseScores()));
        tensors.put("feature_names", Tensor.of(encodeNames(forest.featureNames())));
        tensors.put("tree_starts", Tensor.of(nodes.treeStarts()));
        tensors.put("features", Tensor.of(nodes.features()));
        tensors.put("thresholds", Tensor.of(nodes.thresholds()));
        tensors.put("is_missing_left", Tensor.of(nodes.isMissingLeft()));
        tensors.put("left", Tensor.of(nodes.left()));
        tensors.put("right", Tensor.of(nodes.right()));
        tensors.put("values", Tensor.of(nodes.values()));
        tensors.put("gains", Tensor.of(nodes.gains()));
        tensors.put("covers", Tensor.of(nodes.covers()));
        Map<String, String> metadata = Map.of(
                "format",
                FORMAT,
                "format_version",
                Integer.toString(FORMAT_VERSION),
                "objective",
                forest.objective(),
                "num_outputs",
                Integer.toString(forest.numOutputs()));
        return Safetensors.write(new Safetensors.Content(metadata, tensors));
    }

    /**
     * Reads to the end of the stream; does not close it.
     *
     * @throws IOException if the bytes are no forest: damaged, truncated, foreign, or of a newer format; the message says
     *     which
     */
    public static Forest read(InputStream in) throws IOException {
        Safetensors.Content content = Safetensors.read(in);
        int version = version(content.metadata());
        ForestNodes nodes = new ForestNodes(
                content.require("tree_starts", Tensor.Type.I32).toInts(),
                content.require("features", Tensor.Type.I32).toInts(),
                content.require("thresholds", Tensor.Type.F32).toFloats(),
                content.require("is_missing_left", Tensor.Type.U8).toBytes(),
                content.require("left", Tensor.Type.I32).toInts(),
                content.require("right", Tensor.Type.I32).toInts(),
                content.require("values", Tensor.Type.F32).toFloats(),
                content.require("gains", Tensor.Type.F32).toFloats(),
                content.require("covers", Tensor.Type.F32).toFloats());
        List<String> names =
                decodeNames(content.require("feature_names", Tensor.Type.U8).toBytes());
        checkStructure(nodes, names.size());
        float[] baseScores = version == 1
                ? baseScores(content, "base_score", 1)
                : baseScores(content, "base_scores", numOutputs(content.metadata()));
        if (nodes.numTrees() % baseScores.length != 0) {
            throw new IOException(nodes.numTrees() + " trees cannot be shared evenly by " + baseScores.length
                    + " outputs; the file lacks trees");
        }
        String objective = version == 1 ? "logistic" : content.metadata().get("objective");
        if (objective == null) {
            throw new IOException("the metadata lacks the field 'objective'");
        }
        return new Forest(names, objective, baseScores, nodes);
    }

    private static float[] baseScores(Safetensors.Content content, String name, int expected) throws IOException {
        float[] scores = content.require(name, Tensor.Type.F32).toFloats();
        if (scores.length != expected) {
            throw new IOException(name + " has " + scores.length + " values; it needs " + expected);
        }
        return scores;
    }

    private static int numOutputs(Map<String, String> metadata) throws IOException {
        String outputs = metadata.getOrDefault("num_outputs", "");
        if (!outputs.matches("[1-9][0-9]{0,5}")) {
            throw new IOException("num_outputs is '" + outputs + "'; allowed: a whole number >= 1");
        }
        return Integer.parseInt(outputs);
    }

    /** Checks that the file is a forest that this library can read, and tells the version. */
    private static int version(Map<String, String> metadata) throws IOException {
        String format = metadata.get("format");
        if (!FORMAT.equals(format)) {
            throw new IOException(
                    "a safetensors file, but no boosted trees: its format is '" + format + "', not '" + FORMAT + "'");
        }
        String version = metadata.getOrDefault("format_version", "");
        if (!version.matches("[1-9][0-9]{0,5}")) {
            throw new IOException("format_version is '" + version + "'; allowed: a whole number >= 1");
        }
        if (Integer.parseInt(version) > FORMAT_VERSION) {
            throw new IOException("the model was written in format version " + version + "; this library reads up to "
                    + FORMAT_VERSION + ". Use a newer spark-ml-ext.");
        }
        return Integer.parseInt(version);
    }

    /** Every walk through a tree that is read must end: children lie behind their one parent, within their tree. */
    private static void checkStructure(ForestNodes nodes, int numFeatures) throws IOException {
        int n = nodes.numNodes();
        int[] lengths = {
            nodes.thresholds().length,
            nodes.isMissingLeft().length,
            nodes.left().length,
            nodes.right().length,
            nodes.values().length,
            nodes.gains().length,
            nodes.covers().length
        };
        for (int length : lengths) {
            if (length != n) {
                throw new IOException("the node arrays differ in length: " + n + " and " + length);
            }
        }
        int[] starts = nodes.treeStarts();
        if (starts.length == 0 || starts[0] != 0 || starts[starts.length - 1] != n) {
            throw new IOException("tree_starts does not run from 0 to the number of nodes, " + n);
        }
        boolean[] hasParent = new boolean[n];
        for (int t = 0; t < nodes.numTrees(); t++) {
            if (starts[t + 1] <= starts[t]) {
                throw new IOException("tree " + t + " has no node");
            }
            for (int i = starts[t]; i < starts[t + 1]; i++) {
                if (nodes.isLeaf(i)) {
                    continue;
                }
                int left = nodes.left()[i];
                int right = nodes.right()[i];
                if (nodes.feature(i) >= numFeatures
                        || !isBetween(left, i, starts[t + 1])
                        || !isBetween(right, i, starts[t + 1])) {
                    throw new IOException("node " + i + " of tree " + t + " points outside its tree or features");
                }
                if (left == right || hasParent[left] || hasParent[right]) {
                    throw new IOException("node " + i + " of tree " + t + " has a child that another node has too");
                }
                hasParent[left] = true;
                hasParent[right] = true;
            }
        }
    }

    private static boolean isBetween(int child, int parent, int end) {
        return child > parent && child < end;
    }

    private static byte[] encodeNames(List<String> names) {
        StringBuilder joined = new StringBuilder();
        for (String name : names) {
            joined.append(name).append('\0');
        }
        return joined.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> decodeNames(byte[] bytes) throws IOException {
        String joined = new String(bytes, StandardCharsets.UTF_8);
        if (joined.isEmpty()) {
            return List.of();
        }
        if (joined.charAt(joined.length() - 1) != '\0') {
            throw new IOException("feature_names does not end with a zero byte");
        }
        return List.of(joined.substring(0, joined.length() - 1).split("\0", -1));
    }
}
