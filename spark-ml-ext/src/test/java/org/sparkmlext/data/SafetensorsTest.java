package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    private static byte[] sample() {
        return Safetensors.write(new Safetensors.Content(
                Map.of("format", "test", "quoted", "a \"b\" \\ \n ü"),
                Map.of(
                        "floats", Tensor.of(1.5f, Float.NaN, -0.0f),
                        "ints", Tensor.of(7, -8),
                        "bytes", Tensor.of((byte) 1, (byte) -1, (byte) 3))));
    }

    private static Safetensors.Content read(byte[] bytes) throws IOException {
        return Safetensors.read(new ByteArrayInputStream(bytes));
    }

    private static byte[] withHeader(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        return file.array();
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Safetensors.Content content = read(sample());
        assertThat(content.metadata())
                .containsEntry("quoted", "a \"b\" \\ \n ü")
                .containsEntry("format", "test");
        assertThat(content.require("floats", Tensor.Type.F32).toFloats()).containsExactly(1.5f, Float.NaN, -0.0f);
        assertThat(content.require("ints", Tensor.Type.I32).toInts()).containsExactly(7, -8);
        assertThat(content.require("bytes", Tensor.Type.U8).toBytes()).containsExactly(1, -1, 3);
    }

    @Test
    void writesTheLayoutOfTheFormat() throws IOException {
        byte[] bytes = sample();
        long headerLength =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(headerLength % 8).isZero();
        String header = new String(bytes, 8, (int) headerLength, StandardCharsets.UTF_8);
        assertThat(header)
                .startsWith("{\"__metadata__\":{\"format\":\"test\"")
                .contains("\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}")
                .contains("\"floats\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[3,15]}");
        assertThat(sample()).isEqualTo(bytes);
    }

    @Test
    void everyTruncationIsAnError() throws IOException {
        byte[] bytes = sample();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("after its last tensor");
    }

    @Test
    void randomDamageNeverDoesWorseThanAnIoException() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = sample();
            for (int k = 0; k < 1 + random.nextInt(4); k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            readOrFailCleanly(bytes);
        }
    }

    /** Any other throwable than an IOException fails the test. */
    private static void readOrFailCleanly(byte[] bytes) {
        try {
            assertThat(read(bytes).tensors()).isNotNull();
        } catch (IOException expected) {
            assertThat(expected).hasMessageMatching("(?s).{10,}");
        }
    }

    @Test
    void aHugeHeaderLengthAllocatesNothing() {
        byte[] bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(1L << 60)
                .array();
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("claims a header of");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":\"x\",\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{}}",
                "[[[[[[[[[[[[]]]]]]]]]]]]",
            })
    void aLyingHeaderIsAnError(String header) {
        assertThatThrownBy(() -> read(withHeader(header, 8))).isInstanceOf(IOException.class);
    }
}
