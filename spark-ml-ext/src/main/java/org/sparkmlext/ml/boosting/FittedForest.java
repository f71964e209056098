package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;
import org.sparkmlext.tree.BoostingAlgorithm;
import org.sparkmlext.tree.BoostingSettings;
import org.sparkmlext.tree.BoostingTrials;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestCodec;

/** The trees of a model and what is known of them beside. Immutable. */
final class FittedForest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final EncodedForest encoded;
    private final boolean hasGivenNames;
    // A summary is the driver's affair; it does not travel.
    private final transient @Nullable BoostingSummary summary;

    /** @param hasGivenNames whether features have names of the training data, not ones made up for nameless vectors */
    FittedForest(EncodedForest encoded, boolean hasGivenNames, @Nullable BoostingSummary summary) {
        this.encoded = encoded;
        this.hasGivenNames = hasGivenNames;
        this.summary = summary;
    }

    /**
     * Trains one.
     *
     * @param initial the forest that the settings' initial model holds, or null
     */
    static FittedForest train(
            Dataset<?> data,
            TableColumns columns,
            BoostingSettings settings,
            @Nullable FittedForest initial,
            RuntimeOptions options,
            TrainingListener listener) {
        DistributedTrainer.Result result =
                DistributedTrainer.train(data, columns, new BoostingAlgorithm(settings), options, listener);
        int roundsBefore = initial == null ? 0 : initial.forest().numRounds();
        return of(result.bytes(), columns, result.report(), roundsBefore);
    }

    /**
     * The best forest of a search.
     *
     * @param trial number of the best trial
     */
    record Found(int trial, FittedForest fitted) {}

    /** Tries several settings on one binned table; {@code listener} hears of every turn of a trial. */
    static Found search(
            Dataset<?> data,
            TableColumns columns,
            BoostingTrials.Settings settings,
            RuntimeOptions options,
            TrainingListener listener) {
        DistributedTrainer.Result result =
                DistributedTrainer.train(data, columns, new BoostingTrials(settings), options, listener);
        BoostingTrials.Best best = BoostingTrials.decode(result.bytes());
        TrainingReport report = result.report();
        // Its rounds are turns of the search; nobody has kept those of the trees.
        TrainingReport withoutRounds = new TrainingReport(
                report.numWorkers(),
                report.threadsPerWorker(),
                report.devices(),
                report.rowsPerWorker(),
                List.of(),
                report.attempts(),
                report.secondsByPhase());
        return new Found(best.trial(), of(best.forest(), columns, withoutRounds, 0));
    }

    private static FittedForest of(byte[] bytes, TableColumns columns, TrainingReport report, int roundsBefore) {
        EncodedForest encoded;
        try {
            encoded = EncodedForest.of(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("the trained model of " + bytes.length + " bytes is damaged", e);
        }
        boolean hasGivenNames =
                columns.featuresCol() == null || !columns.vectorNames().isEmpty();
        return new FittedForest(
                encoded,
                hasGivenNames,
                new BoostingSummary(report, encoded.forest().numRounds() - roundsBefore));
    }

    /** @throws IllegalStateException if there is none, because the model was constructed, not fitted or loaded */
    static FittedForest require(@Nullable FittedForest fitted, String uid) {
        if (fitted == null) {
            throw new IllegalStateException("model " + uid + " has no trees: it was constructed, not fitted or loaded. "
                    + "Use the estimator's fit or the model's load.");
        }
        return fitted;
    }

    EncodedForest encoded() {
        return encoded;
    }

    /**
     * The bytes from which training goes on with these columns. Where one side has no names of features, its entries stand
     * for each other by position, so the forest takes the names that the run has.
     */
    byte[] bytesFor(TableColumns columns) {
        boolean isNamed =
                columns.featuresCol() == null || !columns.vectorNames().isEmpty();
        if (hasGivenNames && isNamed) {
            return encoded.bytes();
        }
        return ForestCodec.write(forest().withFeatureNames(columns.featureNames(forest().numFeatures())));
    }

    Forest forest() {
        return encoded.forest();
    }

    boolean hasGivenNames() {
        return hasGivenNames;
    }

    @Nullable
    BoostingSummary summary() {
        return summary;
    }

    /** @throws IllegalStateException if there is none */
    BoostingSummary summary(String uid) {
        if (summary == null) {
            throw new IllegalStateException("model " + uid + " has no training summary");
        }
        return summary;
    }

    /**
     * The number of rounds that score: as many as asked for, all where there are fewer, as after early stopping.
     *
     * @param asked value of the Param {@code predictionRounds}; 0 = all
     */
    int scoringRounds(int asked) {
        return asked == 0 ? forest().numRounds() : Math.min(asked, forest().numRounds());
    }

    /** Bytes of memory, about: the encoded bytes, the same arrays once more as the decoded forest, and their layout for scoring. */
    long estimatedSize() {
        return 3L * encoded.bytes().length;
    }
}
