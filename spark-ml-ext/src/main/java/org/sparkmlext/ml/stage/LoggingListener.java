package org.sparkmlext.ml.stage;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Writes a fit's course to the log at INFO: start, retries and end always, rounds at most one line every 2 seconds. */
final class LoggingListener implements TrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger("org.sparkmlext.training");
    private static final long NANOS_BETWEEN_PROGRESS = Duration.ofSeconds(10).toNanos();
    private static final long NANOS_BETWEEN_ROUNDS = Duration.ofSeconds(2).toNanos();

    private final String uid;
    private final LongSupplier nanoClock;
    private long lastLine;
    private boolean hasLine;

    LoggingListener(String uid) {
        this(uid, System::nanoTime);
    }

    LoggingListener(String uid, LongSupplier nanoClock) {
        this.uid = uid;
        this.nanoClock = nanoClock;
    }

    @Override
    public void started(int attempt, int numWorkers, String description) {
        LOG.info("{}: attempt {} starts with {} worker(s): {}", uid, attempt, numWorkers, description);
    }

    @Override
    public void progressed(ProgressReport report) {
        if (isDue(NANOS_BETWEEN_PROGRESS)) {
            LOG.info(
                    "{}: round {} of {}, {} of {} rows, {}",
                    uid,
                    report.round() + 1,
                    report.numRounds(),
                    report.rows(),
                    report.totalRows(),
                    shown(report.metrics()));
        }
    }

    @Override
    public void roundFinished(RoundReport report) {
        boolean isLast = report.round() + 1 == report.numRounds();
        if (isLast || isDue()) {
            LOG.info("{}: round {} of {}, {}", uid, report.round() + 1, report.numRounds(), shown(report.metrics()));
        }
    }

    /** Whether the last round's line is old enough for another one; if so, the next interval begins now. */
    boolean isDue() {
        return isDue(NANOS_BETWEEN_ROUNDS);
    }

    private boolean isDue(long interval) {
        long now = nanoClock.getAsLong();
        if (hasLine && now - lastLine < interval) {
            return false;
        }
        hasLine = true;
        lastLine = now;
        return true;
    }

    @Override
    public void retrying(int attempt, int nextRound, String reason) {
        // The reason says it all; its rounds count from 0, unlike those of the lines above.
        LOG.warn("{}: {} (rounds counted from 0)", uid, reason);
    }

    @Override
    public void finished(TrainingReport report) {
        LOG.info(
                "{}: finished after {} rounds, {} attempt(s), on {}; seconds by phase: {}",
                uid,
                report.rounds().size(),
                report.attempts(),
                report.devices(),
                shown(report.secondsByPhase()));
    }

    private static String shown(Map<String, Double> values) {
        return values.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.6g", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
