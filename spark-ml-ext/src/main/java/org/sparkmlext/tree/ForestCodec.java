package org.sparkmlext.tree;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads and writes a {@link Forest} as one {@code model.safetensors}: same forest, same bytes. */
public final class ForestCodec {

    /** Name of the model file inside a model directory. */
    public static final String FILE_NAME = "model.safetensors";

    private ForestCodec() {}

    /** Writes; does not close the stream. */
    public static void write(Forest forest, OutputStream out) throws IOException {
        throw new UnsupportedOperationException("not there yet");
    }

    /**
     * Reads to the end of the stream; does not close it.
     *
     * @throws IOException if the bytes are no forest: damaged, truncated, foreign, or of a newer format; the message says
     *     which
     */
    public static Forest read(InputStream in) throws IOException {
        throw new UnsupportedOperationException("not there yet");
    }
}
