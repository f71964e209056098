package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;

/**
 * What the driver knows of a run: finished rounds, results, the failure that ends it. Ranks write from any thread; what
 * listeners shall hear is queued until the driver's thread calls {@link #tell}.
 */
final class RunRecord {

    private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);

    private final ConcurrentLinkedQueue<Consumer<TrainingListener>> news = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable ProgressReport> progress = new AtomicReference<>();
    private final List<RoundState> states = new ArrayList<>();
    private final List<RoundReport> reports = new ArrayList<>();
    private final String[] devices;
    private byte @Nullable [] result;
    private @Nullable RankFailure failure;
    private @Nullable Throwable original;
    private @Nullable Long startNanos;

    private final @Nullable Checkpoints checkpoints;
    /** How many rounds the ranks may be ahead of the driver's thread. */
    private final int lead;
    /** Rounds that the driver's thread has kept and told of. */
    private int toldRounds;
    /** Round with which a listener ended the training; {@link Integer#MAX_VALUE} as long as none did. */
    private int lastRound = Integer.MAX_VALUE;

    /** Of a run whose states are kept here only and which no listener ends. */
    RunRecord(int numWorkers) {
        this(numWorkers, null, false);
    }

    /**
     * @param checkpoints where states are kept beside; its rounds count as finished and told
     * @param isDecided whether the listener is a {@link TrainingCallback}, for which ranks wait
     */
    RunRecord(int numWorkers, @Nullable Checkpoints checkpoints, boolean isDecided) {
        devices = new String[numWorkers];
        Arrays.fill(devices, "");
        this.checkpoints = checkpoints;
        // With checkpoints one round ahead: writing overlaps with training, and no more than two states are held.
        lead = isDecided ? 0 : checkpoints != null ? 1 : Integer.MAX_VALUE;
        if (checkpoints != null) {
            states.addAll(checkpoints.states());
            reports.addAll(checkpoints.reports());
            toldRounds = reports.size();
        }
    }

    synchronized void started(int attempt, String description) {
        if (startNanos == null) {
            startNanos = System.nanoTime();
        }
        news.add(listener -> listener.started(attempt, devices.length, description));
    }

    /** When the ranks of the first attempt were together, as {@link System#nanoTime}; null before. */
    synchronized @Nullable Long startNanos() {
        return startNanos;
    }

    void waiting(String text) {
        news.add(listener -> listener.waiting(text));
    }

    void retrying(int attempt, int nextRound, String reason) {
        news.add(listener -> listener.retrying(attempt, nextRound, reason));
    }

    /**
     * Keeps a round. A round that is known already is passed over: a repeated round is the same.
     *
     * @throws IllegalStateException if a round in between is missing
     */
    synchronized void roundFinished(RoundReport report, RoundState state) {
        if (state.round() < reports.size()) {
            return;
        }
        if (state.round() > reports.size()) {
            throw new IllegalStateException("round " + state.round() + " was reported after round "
                    + (reports.size() - 1) + "; rounds must be reported one by one, from 0");
        }
        if (state.isWhole()) {
            states.clear();
        }
        states.add(state);
        reports.add(report);
        RoundState held = checkpoints == null ? null : state;
        news.add(listener -> tellRound(listener, report, held));
    }

    private void tellRound(TrainingListener listener, RoundReport report, @Nullable RoundState state) {
        boolean isEnd = false;
        try {
            if (checkpoints != null && state != null) {
                checkpoints.roundFinished(state);
            }
            listener.roundFinished(report);
            isEnd = listener instanceof TrainingCallback callback && callback.shouldStop(report);
        } finally {
            told(report.round(), isEnd);
        }
    }

    private synchronized void told(int round, boolean isEnd) {
        toldRounds = round + 1;
        if (isEnd && lastRound == Integer.MAX_VALUE) {
            lastRound = round;
            LOG.info("Training ends with round {}: a listener asked for it", round + 1);
        }
    }

    /** Whether training ends with a finished round. */
    synchronized RankLink.Verdict verdict(int round) {
        if (round >= lastRound) {
            return RankLink.Verdict.END;
        }
        return lead == Integer.MAX_VALUE || round < toldRounds + lead ? RankLink.Verdict.GO_ON : RankLink.Verdict.WAIT;
    }

    /** A rank's word on how far the round has come; one that the driver's thread has not told yet is replaced. */
    void progressed(ProgressReport report) {
        if (progress.getAndSet(report) == null) {
            news.add(listener -> {
                ProgressReport latest = progress.getAndSet(null);
                if (latest != null) {
                    listener.progressed(latest);
                }
            });
        }
    }

    /** States to go on from, a copy: of all finished rounds, from the last whole one on. */
    synchronized List<RoundState> states() {
        return List.copyOf(states);
    }

    /** Rounds finished so far. */
    synchronized int numRounds() {
        return reports.size();
    }

    synchronized List<RoundReport> reports() {
        return List.copyOf(reports);
    }

    /** A rank has finished; rank 0's bytes are the run's result. */
    synchronized void rankDone(int rank, String device, byte[] bytes) {
        devices[rank] = device;
        if (rank == 0) {
            result = bytes;
        }
    }

    synchronized byte @Nullable [] result() {
        return result;
    }

    synchronized List<String> devices() {
        return List.of(devices);
    }

    /** Ends the run; the first failure counts, and a cause more than its consequence. */
    synchronized void fail(RankFailure rankFailure, @Nullable Throwable thrown) {
        boolean isCause = rankFailure.kind() != RankFailure.Kind.RECOVERABLE;
        if (failure == null || (isCause && failure.kind() == RankFailure.Kind.RECOVERABLE)) {
            failure = rankFailure;
            original = thrown;
            LOG.error("Training fails: {}", rankFailure.describe());
        }
    }

    /** The exception that ends the run, or null as long as it goes on. */
    synchronized @Nullable RuntimeException failure() {
        if (failure == null) {
            return null;
        }
        RankFailure told = checkpoints == null ? failure : failure.with(checkpoints.note());
        return told.toException(original);
    }

    /**
     * Keeps finished rounds, and tells the listener what happened since the last call. An exception of the listener is logged, once an
     * event.
     *
     * @throws CheckpointFailure if a round cannot be kept
     */
    void tell(TrainingListener listener) {
        for (Consumer<TrainingListener> event = news.poll(); event != null; event = news.poll()) {
            tell(listener, event);
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    static void tell(TrainingListener listener, Consumer<TrainingListener> event) {
        try {
            event.accept(listener);
        } catch (CheckpointFailure e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("A training listener failed; training goes on", e);
        }
    }
}
