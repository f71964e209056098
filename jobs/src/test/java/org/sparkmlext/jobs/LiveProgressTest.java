package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingReport;

class LiveProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private LiveProgress progress(boolean terminal) {
        return new LiveProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), "round", terminal, nanos::get);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static RoundReport round(int round, int of) {
        Map<String, Double> metrics = new TreeMap<>(Map.of("train-logloss", 0.5, "validation-logloss", 0.625));
        return new RoundReport(round, of, metrics, 1_200_000);
    }

    @Test
    void aLineHasRoundLossesSpeedAndTimeLeft() {
        assertThat(progress(false).format(round(6, 100), 0.5))
                .isEqualTo("round   7/100  train-logloss 0.50000  validation-logloss 0.62500  2.40M rows/s  0:47 left");
    }

    @Test
    void aRoundThatMeasuredNothingStillHasALine() {
        assertThat(progress(false).format(new RoundReport(6, 100, Map.of(), 1_200_000), 0.5))
                .isEqualTo("round   7/100  2.40M rows/s  0:47 left");
    }

    @Test
    void aWaitForWorkersHasALineOfItsOwn() {
        LiveProgress progress = progress(true);
        progress.roundFinished(round(0, 5));
        progress.waiting("training waits since 5 s for slots: 1 of 2 workers are there");
        assertThat(shown())
                .endsWith(System.lineSeparator() + "training waits since 5 s for slots: 1 of 2 workers are there"
                        + System.lineSeparator());
    }

    @Test
    void elsewhereThanOnATerminalEveryRoundHasALine() {
        LiveProgress progress = progress(false);
        progress.started(0, 2, "2 executors");
        for (int round = 0; round < 5; round++) {
            nanos.addAndGet(10_000_000);
            progress.roundFinished(round(round, 5));
        }
        assertThat(shown().lines()).hasSize(6).first().isEqualTo("training with 2 workers: 2 executors");
        assertThat(shown()).doesNotContain("\r").contains("round 1/5", "round 5/5");
    }

    @Test
    void longRunsShowTwoLinesASecondAndTheLastRound() {
        LiveProgress progress = progress(false);
        for (int round = 0; round < 1000; round++) {
            nanos.addAndGet(10_000_000);
            progress.roundFinished(round(round, 1000));
        }
        assertThat(shown().lines().count()).isBetween(20L, 23L);
        assertThat(shown()).contains("round 1000/1000");
    }

    @Test
    void onATerminalOneLineIsRewritten() {
        LiveProgress progress = progress(true);
        for (int round = 0; round < 3; round++) {
            nanos.addAndGet(1_000_000_000);
            progress.roundFinished(round(round, 3));
        }
        progress.retrying(1, 2, "executor 1 lost");
        assertThat(shown().split("\r")).hasSize(4);
        assertThat(shown()).contains("3/3");
        assertThat(shown())
                .endsWith(
                        "a worker was lost (executor 1 lost); attempt 2 goes on from round 3" + System.lineSeparator());
    }

    @Test
    void theEndNamesPhasesAndAttempts() {
        LiveProgress progress = progress(false);
        progress.finished(new TrainingReport(
                1, 2, List.of("cpu"), List.of(10L), List.of(round(0, 1)), 2, new TreeMap<>(Map.of("scan", 1.25))));
        assertThat(shown().strip()).isEqualTo("trained 1 rounds: scan 1.3 s in 2 attempts");
    }

    @Test
    void quantitiesAndDurationsAreShort() {
        assertThat(LiveProgress.quantity(950)).isEqualTo("950");
        assertThat(LiveProgress.quantity(12_345)).isEqualTo("12.3k");
        assertThat(LiveProgress.quantity(4_560_000)).isEqualTo("4.56M");
        assertThat(LiveProgress.duration(59.6)).isEqualTo("1:00");
        assertThat(LiveProgress.duration(3725)).isEqualTo("1:02:05");
    }
}
