package org.sparkmlext.ml.neural;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.Sha256;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkAlgorithm;
import org.sparkmlext.net.NetworkCodec;
import org.sparkmlext.net.NetworkModel;
import org.sparkmlext.net.NetworkSettings;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** The network of a model and what is known of it beside. Immutable; travels as its bytes. */
final class FittedNetwork implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private final String digest;
    private transient volatile @Nullable NetworkModel model;
    // A report is the driver's affair; it does not travel.
    private final transient @Nullable TrainingReport report;

    private FittedNetwork(byte[] bytes, @Nullable NetworkModel model, @Nullable TrainingReport report) {
        this.bytes = bytes;
        this.model = model;
        this.report = report;
        this.digest = Sha256.hex(bytes);
    }

    /**
     * A network of its bytes.
     *
     * @throws IOException if they are none; the message says why
     */
    static FittedNetwork of(byte[] bytes, @Nullable TrainingReport report) throws IOException {
        return new FittedNetwork(bytes, NetworkCodec.read(new ByteArrayInputStream(bytes)), report);
    }

    /** Trains one. */
    static FittedNetwork train(
            TrainingData data, NetworkSettings settings, RuntimeOptions options, TrainingListener listener) {
        DistributedTrainer.Result result = data.train(new NetworkAlgorithm(settings), options, listener);
        try {
            return of(result.bytes(), result.report());
        } catch (IOException e) {
            throw new UncheckedIOException("the trained model of " + result.bytes().length + " bytes is damaged", e);
        }
    }

    /** @throws IllegalStateException if there is none, because the model was constructed, not fitted or loaded */
    static FittedNetwork require(@Nullable FittedNetwork fitted, String uid) {
        if (fitted == null) {
            throw new IllegalStateException(
                    "model " + uid + " has no network: it was constructed, not fitted or loaded. "
                            + "Use the estimator's fit or the model's load.");
        }
        return fitted;
    }

    /** As {@link NetworkCodec} writes it; not copied. */
    byte[] bytes() {
        return bytes;
    }

    /** SHA-256 of the bytes: equal for equal models. */
    String digest() {
        return digest;
    }

    NetworkModel model() {
        NetworkModel known = model;
        if (known == null) {
            try {
                known = NetworkCodec.read(new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException("a network that was whole is damaged", e);
            }
            model = known;
        }
        return known;
    }

    Architecture architecture() {
        return model().architecture();
    }

    boolean hasSummary() {
        return report != null;
    }

    /** @throws IllegalStateException if there is none */
    NetworkSummary summary(String uid) {
        if (report == null) {
            throw new IllegalStateException("model " + uid + " has no training summary");
        }
        return new NetworkSummary(report);
    }

    /** Bytes of memory, about: the encoded bytes, and the same numbers once more as the decoded network. */
    long estimatedSize() {
        return 2L * bytes.length;
    }

    @Nullable
    TrainingReport report() {
        return report;
    }
}
