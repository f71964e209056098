package org.sparkmlext.runtime;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.ResumableAlgorithm;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;

/**
 * Keeps a run's states in a directory and knows from which one the run goes on. Used by the driver's thread.
 *
 * <p>A state that cannot be written ends the run: whoever asked for checkpoints must not learn of it when one is needed.
 */
final class Checkpoints {

    /** Directory of the best round's model, inside that of the checkpoints. */
    static final String BEST_MODEL = "best-model";

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final CheckpointOptions options;
    private final ResumableAlgorithm<?> algorithm;
    private final CheckpointDirectory directory;
    private final @Nullable RoundState resumed;
    private final List<RoundReport> reports;

    /** Rounds whose state was written last; 0 before. */
    private int writtenRounds;

    /** Which state is there, and where; empty where none is. Read by the thread that fails. */
    private volatile String kept = "";

    private volatile boolean hasBestModel;

    private Checkpoints(
            CheckpointOptions options,
            ResumableAlgorithm<?> algorithm,
            CheckpointDirectory directory,
            @Nullable RoundState resumed,
            List<RoundReport> reports,
            boolean hasBefore) {
        this.options = options;
        this.algorithm = algorithm;
        this.directory = directory;
        this.resumed = resumed;
        this.reports = reports;
        if (resumed != null) {
            writtenRounds = resumed.round() + 1;
            kept = "of epoch " + writtenRounds + ", is in " + directory;
            hasBestModel = hasBefore;
            LOG.info("Training goes on after round {} of {}", writtenRounds, directory);
        }
    }

    /**
     * Opens the directory that the options name.
     *
     * @return null where they name none
     * @throws IllegalArgumentException if it cannot be written to, or holds states of another run
     */
    static @Nullable Checkpoints open(
            CheckpointOptions options, TrainingAlgorithm<?> algorithm, Configuration configuration) {
        if (!options.isOn()) {
            return null;
        }
        if (!(algorithm instanceof ResumableAlgorithm<?> resumable)) {
            throw new IllegalArgumentException("checkpointDir is '" + options.directory() + "', but "
                    + algorithm.getClass().getSimpleName() + " has no states to go on from in another application");
        }
        CheckpointDirectory directory = CheckpointDirectory.open(options.directory(), configuration);
        try {
            RoundState state = directory.latest().orElse(null);
            List<RoundReport> reports = state == null ? List.of() : resumable.reports(state);
            return new Checkpoints(options, resumable, directory, state, reports, directory.has(BEST_MODEL));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("checkpointDir is '" + options.directory() + "': " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("checkpointDir '" + options.directory() + "' cannot be read", e);
        }
    }

    /** The state to go on from, as a list of one; empty where the run begins. */
    List<RoundState> states() {
        return resumed == null ? List.of() : List.of(resumed);
    }

    /** Reports of the rounds up to that state. */
    List<RoundReport> reports() {
        return reports;
    }

    /**
     * A round has ended.
     *
     * @throws CheckpointFailure if its state, or the best model, cannot be written
     */
    void roundFinished(RoundState state) {
        if (state.isBest()) {
            // Before the state: should the application die in between, the round is repeated and the model written
            // again.
            Path path = directory.resolve(BEST_MODEL);
            try {
                options.bestModel().write(path.toString(), algorithm.model(state));
                hasBestModel = true;
            } catch (IOException | RuntimeException e) {
                end("best model", state, path, e);
                return;
            }
        }
        if ((state.round() + 1) % options.interval() == 0) {
            write(state);
        }
    }

    /** The run has ended: its last state is kept whatever the interval is. Faults as of {@link #roundFinished}. */
    void finished(List<RoundState> states) {
        if (!states.isEmpty()) {
            write(states.get(states.size() - 1));
        }
    }

    private void write(RoundState state) {
        if (state.round() < writtenRounds) {
            return;
        }
        try {
            Path file = directory.write(state);
            writtenRounds = state.round() + 1;
            kept = "of epoch " + writtenRounds + ", is " + file;
        } catch (IOException e) {
            end("checkpoint", state, directory.file(state), e);
        }
    }

    private void end(String what, RoundState state, Path path, Exception cause) {
        if (Thread.currentThread().isInterrupted() || cause instanceof InterruptedIOException) {
            // The run is being cancelled: whoever waits for it next says so.
            Thread.currentThread().interrupt();
            return;
        }
        throw new CheckpointFailure(
                "the " + what + " of epoch " + (state.round() + 1) + " cannot be written to " + path + ": "
                        + cause.getMessage() + ". Training ends with it." + note()
                        + " Make room or mend the directory and fit again, which goes on from there, or set checkpointDir to"
                        + " another directory, or to nothing for no checkpoints.",
                cause);
    }

    /** For the message of a failure: what is left of the run; empty where nothing is. */
    String note() {
        if (kept.isEmpty()) {
            return "";
        }
        return " The last good checkpoint, " + kept
                + (hasBestModel
                        ? "; the best model so far is " + directory.resolve(BEST_MODEL)
                                + ", from which another fit can start (initialModel)."
                        : ".");
    }
}
