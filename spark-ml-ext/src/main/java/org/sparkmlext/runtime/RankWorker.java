package org.sparkmlext.runtime;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.Worker;

/** The {@link Worker} an algorithm sees, over whatever link leads to the driver. */
record RankWorker(
        Backend backend,
        Collective collective,
        int numThreads,
        List<RoundState> finishedRounds,
        GpuSums gpuSums,
        RankLink link)
        implements Worker {

    private static final Logger LOG = LoggerFactory.getLogger(RankWorker.class);
    private static final long POLL_MILLIS = 10;

    @Override
    public void roundFinished(RoundReport report, RoundState state) {
        if (report.round() != state.round()) {
            throw new IllegalArgumentException("the report is of round " + report.round() + " and the state of round "
                    + state.round() + "; both must be of the round that ended");
        }
        link.roundFinished(report, state);
        link.enter("round " + (report.round() + 1));
    }

    @Override
    public boolean shouldStopAfter(int round) {
        RankLink.Verdict verdict = link.verdict(round);
        while (verdict == RankLink.Verdict.WAIT) {
            checkCancelled();
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainingCancelledException("rank " + rank() + " was interrupted");
            }
            verdict = link.verdict(round);
        }
        return verdict == RankLink.Verdict.END;
    }

    @Override
    public void progressed(ProgressReport report) {
        if (rank() == 0) {
            link.progressed(report);
        }
    }

    @Override
    public void log(String line) {
        LOG.info("Rank {} of {}: {}", rank(), size(), line);
    }

    @Override
    public void checkCancelled() {
        String reason = link.cancelReason();
        if (reason != null) {
            throw new TrainingCancelledException("rank " + rank() + " stops: " + reason);
        }
    }
}
