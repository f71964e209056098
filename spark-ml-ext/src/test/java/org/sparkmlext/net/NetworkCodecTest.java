package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.Safetensors;
import org.sparkmlext.data.Tensor;
import org.sparkmlext.net.layer.Conv2dLayer;

class NetworkCodecTest {

    private static NetworkModel model() {
        Architecture network = Architecture.builder(ImageInput.bytes(4, 4, 1))
                .add("conv", Conv2dLayer.of(2, 3))
                .batchNorm()
                .output(3)
                .build();
        return NetworkModel.initial(network, 7);
    }

    private static byte[] bytes(NetworkModel model) {
        return NetworkCodec.write(model);
    }

    private static NetworkModel read(byte[] bytes) throws IOException {
        return NetworkCodec.read(new ByteArrayInputStream(bytes));
    }

    private static byte[] with(Map<String, String> metadata, Map<String, Tensor> tensors) throws IOException {
        Safetensors.Content content = Safetensors.read(new ByteArrayInputStream(bytes(model())));
        Map<String, String> changed = new TreeMap<>(content.metadata());
        changed.putAll(metadata);
        Map<String, Tensor> all = new TreeMap<>(content.tensors());
        all.putAll(tensors);
        return Safetensors.write(new Safetensors.Content(changed, all));
    }

    private static void isRefused(Map<String, String> metadata, Map<String, Tensor> tensors, String... parts)
            throws IOException {
        byte[] bytes = with(metadata, tensors);
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        NetworkModel read = read(bytes(model()));
        assertThat(read.architecture()).isEqualTo(model().architecture());
        assertThat(read.parameters()).isEqualTo(model().parameters());
        assertThat(read.state()).containsExactly(0, 0, 1, 1);
        assertThat(bytes(read)).isEqualTo(bytes(model()));
    }

    @Test
    void tensorsHaveNamesAndShapesOfTheNetwork() throws IOException {
        Map<String, Tensor> tensors =
                Safetensors.read(new ByteArrayInputStream(bytes(model()))).tensors();
        assertThat(tensors.keySet())
                .containsExactlyInAnyOrder(
                        "conv.weights",
                        "conv.bias",
                        "batch-norm-1.scale",
                        "batch-norm-1.shift",
                        "batch-norm-1.mean",
                        "batch-norm-1.variance",
                        "output.weights",
                        "output.bias");
        assertThat(tensors.get("conv.weights"))
                .satisfies(t -> assertThat(t.shape()).containsExactly(2, 1, 3, 3));
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        isRefused(Map.of("format", "spark-ml-ext-forest"), Map.of(), "no network", "'spark-ml-ext-forest'");
        isRefused(Map.of("format_version", "2"), Map.of(), "format version 2", "up to 1", "newer spark-ml-ext");
        isRefused(Map.of("format_version", "-1"), Map.of(), "format_version is '-1'");
        isRefused(Map.of("network", "{}"), Map.of(), "cannot be read", "lacks the field 'version'");
        String unknown = model().architecture().toJson().replace("conv2d", "conv9d");
        isRefused(Map.of("network", unknown), Map.of(), "layer 'conv' (conv9d)", "depthwise-conv2d");
    }

    @Test
    void tensorsThatDoNotFitAreRefused() throws IOException {
        isRefused(Map.of(), Map.of("conv.bias", Tensor.of(1f)), "'conv.bias' has the shape 1; the network needs 2");
        isRefused(Map.of(), Map.of("conv.bias", Tensor.of(1, 2)), "I32, not F32");
        isRefused(Map.of(), Map.of("conv.more", Tensor.of(1f)), "knows nothing", "conv.more");
        String renamed = model().architecture().toJson().replace("\"conv\"", "\"konv\"");
        isRefused(Map.of("network", renamed), Map.of(), "tensor 'konv.weights' is missing");
        byte[] transposed = with(
                Map.of(),
                Map.of("conv.weights", new Tensor(Tensor.Type.F32, new long[] {1, 2, 3, 3}, new byte[4 * 18])));
        assertThatThrownBy(() -> read(transposed)).hasMessageContaining("1x2x3x3; the network needs 2x1x3x3");
    }

    @Test
    void aNetworkThatClaimsToBeHugeAllocatesNothing() throws IOException {
        String json = Architecture.builder(new VectorInput(2_000_000_000))
                .output(1)
                .build()
                .toJson();
        isRefused(Map.of("network", json), Map.of(), "the network needs 1x2000000000");
        String tooLarge = json.replace("\"units\": 1", "\"units\": 2000000000");
        isRefused(Map.of("network", tooLarge), Map.of(), "layer 'output'", "elements");
    }

    @Test
    void everyTruncationIsAnError() throws IOException {
        byte[] bytes = bytes(model());
        for (int length = 0; length < bytes.length; length += 7) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void randomDamageNeverDoesWorseThanAnIoException() throws IOException {
        byte[] whole = bytes(model());
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = whole.clone();
            for (int k = 0; k < 1 + random.nextInt(4); k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(read(bytes).parameters()).hasSize(model().parameters().length);
            } catch (IOException expected) {
                assertThat(expected).hasMessageMatching("(?s).{10,}");
            }
        }
    }

    @Test
    void numbersOfAnotherNetworkAreRefused() {
        assertThatThrownBy(() -> new NetworkModel(model().architecture(), new float[3], new float[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 parameters and 4 states")
                .hasMessageContaining("51 and 4");
    }
}
