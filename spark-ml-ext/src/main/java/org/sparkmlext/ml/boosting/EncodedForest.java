package org.sparkmlext.ml.boosting;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestCodec;

/**
 * A forest in the bytes of its model file, which is how it travels to executors, and decoded at first use there.
 * Thread-safe.
 */
final class EncodedForest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private transient volatile @Nullable Forest decoded;

    private EncodedForest(byte[] bytes, Forest decoded) {
        this.bytes = bytes;
        this.decoded = decoded;
    }

    /** @throws IOException if the bytes are no forest */
    static EncodedForest of(byte[] bytes) throws IOException {
        return new EncodedForest(bytes, ForestCodec.read(new ByteArrayInputStream(bytes)));
    }

    /** Not copied. */
    byte[] bytes() {
        return bytes;
    }

    Forest forest() {
        Forest forest = decoded;
        if (forest == null) {
            // Threads that race decode twice and get equal forests.
            try {
                forest = ForestCodec.read(new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException("a model of " + bytes.length + " bytes was damaged on its way", e);
            }
            decoded = forest;
        }
        return forest;
    }
}
