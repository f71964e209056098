package org.sparkmlext.ml.stage;

import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingReport;

/** A chain in which there are callbacks: training ends when any of them says so, and all are asked. */
record CallbackChain(ListenerChain chain) implements TrainingCallback {

    @Override
    public boolean shouldStop(RoundReport report) {
        boolean[] isEnd = {false};
        chain.tell(listener -> {
            if (listener instanceof TrainingCallback callback && callback.shouldStop(report)) {
                isEnd[0] = true;
            }
        });
        return isEnd[0];
    }

    @Override
    public void started(int attempt, int numWorkers, String description) {
        chain.started(attempt, numWorkers, description);
    }

    @Override
    public void progressed(ProgressReport report) {
        chain.progressed(report);
    }

    @Override
    public void roundFinished(RoundReport report) {
        chain.roundFinished(report);
    }

    @Override
    public void retrying(int attempt, int nextRound, String reason) {
        chain.retrying(attempt, nextRound, reason);
    }

    @Override
    public void finished(TrainingReport report) {
        chain.finished(report);
    }
}
