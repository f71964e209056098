package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/** Listeners and the log. */
class ListenersTest {

    @Test
    void roundsAreLoggedAtMostEveryTwoSeconds() {
        AtomicLong nanos = new AtomicLong(-5);
        LoggingListener listener = new LoggingListener("uid", nanos::get);
        assertThat(listener.isDue()).isTrue();
        nanos.addAndGet(1_999_999_999L);
        assertThat(listener.isDue()).isFalse();
        nanos.addAndGet(1);
        assertThat(listener.isDue()).isTrue();
        assertThat(listener.isDue()).isFalse();
    }

    @Test
    void aFailingListenerDoesNotSilenceTheNext() {
        List<String> heard = new ArrayList<>();
        TrainingListener failing = new TrainingListener() {
            @Override
            public void started(int attempt, int numWorkers, String description) {
                throw new IllegalStateException("broken listener");
            }
        };
        TrainingListener hearing = new TrainingListener() {
            @Override
            public void waiting(String text) {
                heard.add(text);
            }

            @Override
            public void started(int attempt, int numWorkers, String description) {
                heard.add("started " + numWorkers);
            }

            @Override
            public void roundFinished(RoundReport report) {
                heard.add("round " + report.round());
            }

            @Override
            public void retrying(int attempt, int nextRound, String reason) {
                heard.add("retry from " + nextRound);
            }
        };
        ListenerChain chain = new ListenerChain(List.of(failing, hearing));
        chain.waiting("1 of 2 workers");
        chain.started(0, 2, "cpu");
        chain.roundFinished(new RoundReport(0, 3, Map.of("train-logloss", 0.5), 10));
        chain.retrying(1, 1, "lost");
        assertThat(heard).containsExactly("1 of 2 workers", "started 2", "round 0", "retry from 1");
    }

    @Test
    void aRoundsLineLeavesOutWhatWasNotMeasured() {
        assertThat(LoggingListener.shown(new RoundReport(2, 100, Map.of("train-logloss", 0.5), 10)))
                .isEqualTo("round 3 of 100, train-logloss 0.500000");
        assertThat(LoggingListener.shown(new RoundReport(2, 100, Map.of(), 10))).isEqualTo("round 3 of 100");
    }

    @Test
    void nestedConstructionsEachGetTheirUid() {
        BoostedTreesClassifier first = new BoostedTreesClassifier("first");
        BoostedTreesClassifier second = new BoostedTreesClassifier("second");
        assertThat(first.labelCol().parent()).isEqualTo("first");
        assertThat(second.labelCol().parent()).isEqualTo("second");
    }
}
