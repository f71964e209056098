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

    RunRecord(int numWorkers) {
        devices = new String[numWorkers];
        Arrays.fill(devices, "");
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
        news.add(listener -> listener.roundFinished(report));
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
        return failure == null ? null : failure.toException(original);
    }

    /** Tells the listener what happened since the last call. An exception of the listener is logged, once an event. */
    void tell(TrainingListener listener) {
        for (Consumer<TrainingListener> event = news.poll(); event != null; event = news.poll()) {
            tell(listener, event);
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    static void tell(TrainingListener listener, Consumer<TrainingListener> event) {
        try {
            event.accept(listener);
        } catch (RuntimeException e) {
            LOG.warn("A training listener failed; training goes on", e);
        }
    }
}
