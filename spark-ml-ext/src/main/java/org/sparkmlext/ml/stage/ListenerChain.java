package org.sparkmlext.ml.stage;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Tells several listeners in order. One that throws is logged and does not keep the others from hearing. */
record ListenerChain(List<TrainingListener> listeners) implements TrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerChain.class);

    ListenerChain {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void waiting(String text) {
        tell(listener -> listener.waiting(text));
    }

    @Override
    public void started(int attempt, int numWorkers, String description) {
        tell(listener -> listener.started(attempt, numWorkers, description));
    }

    @Override
    public void progressed(ProgressReport report) {
        tell(listener -> listener.progressed(report));
    }

    @Override
    public void roundFinished(RoundReport report) {
        tell(listener -> listener.roundFinished(report));
    }

    @Override
    public void retrying(int attempt, int nextRound, String reason) {
        tell(listener -> listener.retrying(attempt, nextRound, reason));
    }

    @Override
    public void finished(TrainingReport report) {
        tell(listener -> listener.finished(report));
    }

    void tell(Consumer<TrainingListener> event) {
        for (TrainingListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("training listener {} failed; the training goes on", listener, e);
            }
        }
    }
}
