package org.sparkmlext.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safetensors file format: eight bytes of header length, a JSON header, raw little-endian tensors.
 *
 * <p>Written with sorted keys and no timestamps: same content, same bytes. Read with every bound checked before anything is
 * allocated, and with the header's word for nothing: tensors must fill the data exactly, without gaps or overlaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors">the format</a>
 */
public final class Safetensors {

    private static final int MAX_HEADER_BYTES = 100_000_000;
    private static final String METADATA = "__metadata__";

    private Safetensors() {}

    /**
     * What a file holds.
     *
     * @param metadata free text by key
     * @param tensors tensors by name
     */
    public record Content(Map<String, String> metadata, Map<String, Tensor> tensors) {

        /**
         * A tensor that must be there.
         *
         * @throws IOException if it is missing or of another type
         */
        public Tensor require(String name, Tensor.Type type) throws IOException {
            Tensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new IOException("tensor '" + name + "' is missing; the file holds " + tensors.keySet());
            }
            if (tensor.type() != type) {
                throw new IOException("tensor '" + name + "' is of type " + tensor.type() + ", not " + type);
            }
            return tensor;
        }
    }

    /**
     * The bytes of a file.
     *
     * @throws ArithmeticException if they are more than an array holds
     */
    public static byte[] write(Content content) {
        Map<String, Tensor> sorted = new TreeMap<>(content.tensors());
        byte[] header = header(content.metadata(), sorted).getBytes(StandardCharsets.UTF_8);
        long length = (long) Long.BYTES + header.length;
        for (Tensor tensor : sorted.values()) {
            length += tensor.bytes().length;
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header);
        sorted.values().forEach(tensor -> out.put(tensor.bytes()));
        return out.array();
    }

    private static String header(Map<String, String> metadata, Map<String, Tensor> sorted) {
        StringBuilder json = new StringBuilder("{\"" + METADATA + "\":{");
        String separator = "";
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
            json.append(separator);
            JsonText.quote(entry.getKey(), json);
            json.append(':');
            JsonText.quote(entry.getValue(), json);
            separator = ",";
        }
        json.append('}');
        long at = 0;
        for (Map.Entry<String, Tensor> entry : sorted.entrySet()) {
            Tensor tensor = entry.getValue();
            json.append(',');
            JsonText.quote(entry.getKey(), json);
            json.append(":{\"dtype\":\"").append(tensor.type()).append("\",\"shape\":[");
            for (int d = 0; d < tensor.shape().length; d++) {
                json.append(d == 0 ? "" : ",").append(tensor.shape()[d]);
            }
            json.append("],\"data_offsets\":[").append(at).append(',');
            at += tensor.bytes().length;
            json.append(at).append("]}");
        }
        json.append('}');
        // Padded with blanks so that the data starts on an eight-byte boundary.
        json.append(" ".repeat((8 - json.length() % 8) % 8));
        return json.toString();
    }

    /**
     * Reads to the end of the stream; does not close it.
     *
     * @throws IOException if the bytes are no safetensors file, or one that was cut or damaged
     */
    public static Content read(InputStream in) throws IOException {
        byte[] lengthBytes = in.readNBytes(Long.BYTES);
        if (lengthBytes.length < Long.BYTES) {
            throw new EOFException("not a safetensors file: only " + lengthBytes.length + " bytes");
        }
        long headerLength =
                ByteBuffer.wrap(lengthBytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerLength < 2 || headerLength > MAX_HEADER_BYTES) {
            throw new IOException("not a safetensors file: it claims a header of " + headerLength
                    + " bytes; allowed are 2 to " + MAX_HEADER_BYTES);
        }
        byte[] header = in.readNBytes((int) headerLength);
        if (header.length < headerLength) {
            throw new EOFException(
                    "the file was cut: its header should have " + headerLength + " bytes and has " + header.length);
        }
        Map<String, Object> json = JsonText.parseObject(new String(header, StandardCharsets.UTF_8));
        Map<String, String> metadata = new LinkedHashMap<>();
        Object metadataJson = json.remove(METADATA);
        if (metadataJson != null) {
            for (Map.Entry<String, Object> entry :
                    JsonText.asObject(metadataJson).entrySet()) {
                metadata.put(entry.getKey(), String.valueOf(entry.getValue()));
            }
        }
        byte[] data = in.readAllBytes();
        return new Content(metadata, tensors(entries(json), data));
    }

    private record Entry(String name, Tensor.Type type, long[] shape, long begin, long end) {}

    private static List<Entry> entries(Map<String, Object> json) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Object> item : json.entrySet()) {
            String name = item.getKey();
            Map<String, Object> fields = JsonText.asObject(item.getValue());
            long[] offsets = longs(name, fields.get("data_offsets"));
            if (offsets.length != 2) {
                throw new IOException("tensor '" + name + "' has " + offsets.length + " data_offsets; it needs 2");
            }
            entries.add(new Entry(
                    name, type(name, fields.get("dtype")), longs(name, fields.get("shape")), offsets[0], offsets[1]));
        }
        entries.sort(java.util.Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return entries;
    }

    private static Tensor.Type type(String name, @org.jspecify.annotations.Nullable Object value) throws IOException {
        for (Tensor.Type type : Tensor.Type.values()) {
            if (type.name().equals(value)) {
                return type;
            }
        }
        throw new IOException("tensor '" + name + "' is of type " + value + "; known are U8, I32, I64, F32");
    }

    private static long[] longs(String name, @org.jspecify.annotations.Nullable Object value) throws IOException {
        if (!(value instanceof List<?> list)) {
            throw new IOException("tensor '" + name + "' has no list where one belongs, but " + value);
        }
        long[] result = new long[list.size()];
        for (int i = 0; i < result.length; i++) {
            if (!(list.get(i) instanceof Long number) || number < 0) {
                throw new IOException("tensor '" + name + "' has " + list.get(i) + " where a number >= 0 belongs");
            }
            result[i] = number;
        }
        return result;
    }

    private static Map<String, Tensor> tensors(List<Entry> entries, byte[] data) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        long at = 0;
        for (Entry entry : entries) {
            if (entry.begin() != at || entry.end() < entry.begin() || entry.end() > data.length) {
                throw new IOException("the file was cut or damaged: tensor '" + entry.name() + "' should lie at bytes "
                        + entry.begin() + " to " + entry.end() + " of " + data.length + ", after byte " + at);
            }
            long elements = elements(entry);
            if (elements * entry.type().sizeBytes() != entry.end() - entry.begin()) {
                throw new IOException("tensor '" + entry.name() + "' has " + (entry.end() - entry.begin())
                        + " bytes; its shape needs " + elements * entry.type().sizeBytes());
            }
            byte[] bytes = java.util.Arrays.copyOfRange(data, (int) entry.begin(), (int) entry.end());
            tensors.put(entry.name(), new Tensor(entry.type(), entry.shape(), bytes));
            at = entry.end();
        }
        if (at != data.length) {
            throw new IOException("the file has " + (data.length - at) + " bytes after its last tensor");
        }
        return tensors;
    }

    private static long elements(Entry entry) throws IOException {
        try {
            long elements = 1;
            for (long length : entry.shape()) {
                elements = Math.multiplyExact(elements, length);
            }
            Math.multiplyExact(elements, entry.type().sizeBytes());
            return elements;
        } catch (ArithmeticException e) {
            throw new IOException("tensor '" + entry.name() + "' has an impossible shape", e);
        }
    }
}
