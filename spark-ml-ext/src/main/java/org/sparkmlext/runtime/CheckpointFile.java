package org.sparkmlext.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.sparkmlext.data.JsonText;
import org.sparkmlext.data.Sha256;
import org.sparkmlext.training.RoundState;

/**
 * A {@link RoundState} in a file: a line of JSON with format, version, round, and size and SHA-256 of what follows, which is the state's
 * bytes.
 */
final class CheckpointFile {

    private static final String FORMAT = "spark-ml-ext-checkpoint";
    private static final long VERSION = 1;
    private static final int MOST_HEADER_BYTES = 4096;

    private CheckpointFile() {}

    /** A file of a version that this program does not know: it is not damaged, and must not be passed over. */
    static final class NewerVersion extends IOException {
        private static final long serialVersionUID = 1L;

        NewerVersion(String message) {
            super(message);
        }
    }

    /** Does not close the stream. */
    static void write(RoundState state, OutputStream out) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("format", FORMAT);
        header.put("version", VERSION);
        header.put("round", (long) state.round());
        header.put("bytes", (long) state.bytes().length);
        header.put("sha256", Sha256.hex(state.bytes()));
        StringBuilder line = new StringBuilder();
        JsonText.write(header, line);
        out.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        out.write(state.bytes());
    }

    /**
     * Reads a whole state.
     *
     * @param length of the file
     * @throws NewerVersion if it is of a later version of this format
     * @throws IOException if it is anything but a whole file of this format; the message says what is wrong
     */
    static RoundState read(InputStream in, long length) throws IOException {
        byte[] line = line(in);
        Map<String, Object> header = JsonText.parseObject(new String(line, StandardCharsets.UTF_8));
        if (!FORMAT.equals(header.get("format")) || !(header.get("version") instanceof Long version)) {
            throw new IOException("its first line does not say that it is a checkpoint");
        }
        if (version > VERSION) {
            throw new NewerVersion(
                    "it is of format version " + version + "; this version of spark-ml-ext reads up to " + VERSION);
        }
        long bytes = number(header, "bytes");
        long present = length - line.length - 1;
        if (bytes != present) {
            throw new IOException("it has " + present + " bytes of state; its first line says " + bytes);
        }
        byte[] state = in.readNBytes(Math.toIntExact(bytes));
        if (state.length != bytes || !Objects.equals(header.get("sha256"), Sha256.hex(state))) {
            throw new IOException("the SHA-256 of its " + state.length + " bytes is " + Sha256.hex(state)
                    + "; its first line says " + header.get("sha256"));
        }
        return new RoundState(Math.toIntExact(number(header, "round")), state, true);
    }

    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() == MOST_HEADER_BYTES) {
                throw new IOException("it has no first line");
            }
            line.write(b);
        }
        return line.toByteArray();
    }

    private static long number(Map<String, Object> header, String name) throws IOException {
        if (header.get(name) instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
            return number;
        }
        throw new IOException("its first line has " + name + " " + header.get(name));
    }
}
