package org.sparkmlext.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Writes down what it hears. */
class Events implements TrainingListener {
    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<RoundReport> rounds = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    final CountDownLatch firstRound = new CountDownLatch(1);

    @Override
    public void waiting(String text) {
        heard("waiting: " + text);
    }

    @Override
    public void started(int attempt, int numWorkers, String description) {
        heard("started " + attempt + " with " + numWorkers);
    }

    @Override
    public void roundFinished(RoundReport report) {
        rounds.add(report);
        heard("round " + report.round());
        firstRound.countDown();
    }

    @Override
    public void progressed(ProgressReport report) {
        heard("progress " + report.rows() + " of " + report.totalRows());
    }

    @Override
    public void retrying(int attempt, int nextRound, String reason) {
        heard("retrying " + attempt + " from " + nextRound + ": " + reason);
    }

    @Override
    public void finished(TrainingReport report) {
        heard("finished");
    }

    private void heard(String what) {
        heard.add(what);
        threads.add(Thread.currentThread());
    }
}
