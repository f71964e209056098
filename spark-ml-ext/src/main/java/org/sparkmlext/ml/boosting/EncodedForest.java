package org.sparkmlext.ml.boosting;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.RowScorer;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestCodec;

/**
 * A forest in the bytes of its model file, which is how it travels to executors, and decoded at first use there.
 *
 * <p>Thread-safe. Two classes: raw prediction {@code (-s, s)} for the raw score s (log-odds of class 1), probability of
 * class 1 {@code 1 / (1 + exp(-s))}.
 */
final class EncodedForest implements RowScorer {
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

    @Override
    public int numFeatures() {
        return forest().numFeatures();
    }

    @Override
    public double[] rawPrediction(float[] row) {
        double score = forest().rawScore(row);
        return new double[] {-score, score};
    }

    @Override
    public double[] probability(double[] rawPrediction) {
        // StrictMath: the same bits on every machine.
        double positive = 1.0 / (1.0 + StrictMath.exp(-rawPrediction[1]));
        return new double[] {1.0 - positive, positive};
    }
}
