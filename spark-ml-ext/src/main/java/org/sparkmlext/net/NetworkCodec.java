package org.sparkmlext.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sparkmlext.data.Safetensors;
import org.sparkmlext.data.Tensor;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.net.layer.LayerKinds;

/**
 * Reads and writes a {@link NetworkModel} as one {@code model.safetensors}: same model, same bytes.
 *
 * <p>One tensor (F32, of the parameter's shape) a parameter and state, under the name it has in the network, such as
 * {@code conv1.weights}; metadata {@code network} is the network's JSON.
 */
public final class NetworkCodec {

    /** Version of the format that is written; older ones are read. */
    public static final int FORMAT_VERSION = 1;

    private static final String FORMAT = "spark-ml-ext-network";

    private NetworkCodec() {}

    /** The bytes of a file. */
    public static byte[] write(NetworkModel model) {
        ModelLayout layout = new NetworkGraphs(model.architecture()).layout();
        Map<String, Tensor> tensors = new TreeMap<>();
        put(layout.parameters(), model.parameters(), tensors);
        put(layout.state(), model.state(), tensors);
        Map<String, String> metadata = Map.of(
                "format",
                FORMAT,
                "format_version",
                Integer.toString(FORMAT_VERSION),
                "network",
                model.architecture().toJson());
        return Safetensors.write(new Safetensors.Content(metadata, tensors));
    }

    private static void put(FlatLayout layout, float[] numbers, Map<String, Tensor> tensors) {
        for (FlatLayout.Entry entry : layout.entries()) {
            Tensor flat = Tensor.of(Arrays.copyOfRange(numbers, entry.offset(), entry.end()));
            long[] shape =
                    entry.shape().sizes().stream().mapToLong(Integer::longValue).toArray();
            if (tensors.put(entry.name(), new Tensor(flat.type(), shape, flat.bytes())) != null) {
                throw new IllegalArgumentException("'" + entry.name() + "' is a parameter and a state");
            }
        }
    }

    /**
     * Reads to the end of the stream; does not close it.
     *
     * @throws IOException if the bytes are no network: damaged, truncated, foreign, of a newer format or of unknown layers; the message
     *     says which
     */
    public static NetworkModel read(InputStream in) throws IOException {
        return read(in, LayerKinds.standard());
    }

    /** With layers of the caller's own. */
    public static NetworkModel read(InputStream in, LayerKinds kinds) throws IOException {
        Safetensors.Content content = Safetensors.read(in);
        checkVersion(content.metadata());
        String json = content.metadata().get("network");
        if (json == null) {
            throw new IOException("the metadata lacks the field 'network'");
        }
        Architecture architecture;
        ModelLayout layout;
        try {
            architecture = Architecture.fromJson(json, kinds);
            layout = new NetworkGraphs(architecture).layout();
        } catch (IllegalArgumentException e) {
            throw new IOException("the network of the model cannot be read: " + e.getMessage(), e);
        }
        // All tensors are looked at before anything is as large as the network's own word.
        checkTensors(content, layout);
        return new NetworkModel(architecture, numbers(content, layout.parameters()), numbers(content, layout.state()));
    }

    private static void checkVersion(Map<String, String> metadata) throws IOException {
        String format = metadata.get("format");
        if (!FORMAT.equals(format)) {
            throw new IOException(
                    "a safetensors file, but no network: its format is '" + format + "', not '" + FORMAT + "'");
        }
        String version = metadata.getOrDefault("format_version", "");
        if (!version.matches("[1-9][0-9]{0,5}")) {
            throw new IOException("format_version is '" + version + "'; allowed: a whole number >= 1");
        }
        if (Integer.parseInt(version) > FORMAT_VERSION) {
            throw new IOException("the model was written in format version " + version + "; this library reads up to "
                    + FORMAT_VERSION + ". Use a newer spark-ml-ext.");
        }
    }

    private static void checkTensors(Safetensors.Content content, ModelLayout layout) throws IOException {
        Set<String> unknown = new HashSet<>(content.tensors().keySet());
        for (FlatLayout part : new FlatLayout[] {layout.parameters(), layout.state()}) {
            for (FlatLayout.Entry entry : part.entries()) {
                long[] shape = content.require(entry.name(), Tensor.Type.F32).shape();
                long[] wanted = entry.shape().sizes().stream()
                        .mapToLong(Integer::longValue)
                        .toArray();
                if (!Arrays.equals(shape, wanted)) {
                    throw new IOException("tensor '" + entry.name() + "' has the shape " + text(shape)
                            + "; the network needs " + entry.shape());
                }
                unknown.remove(entry.name());
            }
        }
        if (!unknown.isEmpty()) {
            throw new IOException("the network knows nothing of the tensors " + unknown);
        }
    }

    private static String text(long[] shape) {
        return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x"));
    }

    private static float[] numbers(Safetensors.Content content, FlatLayout layout) throws IOException {
        float[] numbers = new float[layout.length()];
        for (FlatLayout.Entry entry : layout.entries()) {
            float[] values = content.require(entry.name(), Tensor.Type.F32).toFloats();
            System.arraycopy(values, 0, numbers, entry.offset(), values.length);
        }
        return numbers;
    }
}
