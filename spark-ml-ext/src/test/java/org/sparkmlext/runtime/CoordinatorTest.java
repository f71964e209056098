package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingCallback;

class CoordinatorTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration NONE = Duration.ZERO;
    private static final Deadlines PATIENT = new Deadlines(LONG, LONG, LONG, LONG, LONG, LONG);

    private final RunRecord record = new RunRecord(2);
    private final Events events = new Events();

    private Coordinator coordinator(Deadlines deadlines) {
        return Coordinator.ofBarrier(record, 2, "2 workers", deadlines);
    }

    private static Object[] hello(Coordinator coordinator, long attempt, int rank) {
        return hello(coordinator, attempt, rank, "");
    }

    private static Object[] hello(Coordinator coordinator, long attempt, int rank, String device) {
        return coordinator.answer(Protocol.request(
                Protocol.HELLO,
                attempt,
                rank,
                "executor " + rank + " (h" + rank + ")",
                Integer.toString(rank),
                device));
    }

    private static Object[] join(Coordinator coordinator, long attempt, int rank) {
        return coordinator.answer(Protocol.request(Protocol.JOIN, attempt, rank, "h" + rank, 4000 + rank));
    }

    private static Object[] round(Coordinator coordinator, long attempt, int round) {
        return coordinator.answer(Protocol.round(
                attempt, 0, new RoundReport(round, 9, Map.of("loss", 0.5), 100), new RoundState(round, new byte[] {
                    (byte) round
                })));
    }

    private static Object[] beat(Coordinator coordinator, long attempt, int rank) {
        return coordinator.answer(Protocol.request(Protocol.BEAT, attempt, rank, "round 3"));
    }

    private static Object[] done(Coordinator coordinator, long attempt, int rank) {
        return coordinator.answer(Protocol.request(Protocol.DONE, attempt, rank, "cpu", new byte[] {7}));
    }

    private static Object[] failed(Coordinator coordinator, long attempt, int rank, Throwable thrown) {
        return coordinator.answer(
                Protocol.failed(attempt, RankFailure.of(rank, "executor " + rank, "round 3", false, thrown)));
    }

    private static void gather(Coordinator coordinator, long attempt) {
        for (int rank = 0; rank < 2; rank++) {
            assertThat(hello(coordinator, attempt, rank)).containsExactly(Protocol.OK);
        }
        assertThat(join(coordinator, attempt, 0)).containsExactly(Protocol.WAIT);
        assertThat(join(coordinator, attempt, 1)[0]).isEqualTo(Protocol.GO);
    }

    @Test
    void ranksAreSentOffTogetherToTheSameAddresses() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        Object[] go = join(coordinator, 0, 0);
        assertThat((byte[]) go[1]).hasSize(32).isEqualTo(join(coordinator, 0, 1)[1]);
        assertThat((String[]) go[2]).containsExactly("h0", "h1");
        assertThat((int[]) go[3]).containsExactly(4000, 4001);
        assertThat(go[4]).isEqualTo(0);
        record.tell(events);
        assertThat(events.heard).containsExactly("started 0 with 2");
    }

    @Test
    void aNewAttemptGoesOnFromTheFinishedRoundsAndMakesTheOldOneStale() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        round(coordinator, 0, 0);
        round(coordinator, 0, 1);
        coordinator.executorLost("7", "none of ours");
        assertThat(beat(coordinator, 0, 0)).containsExactly(Protocol.OK);
        coordinator.executorLost("1", "killed");
        assertThat(beat(coordinator, 0, 0)).containsExactly(Protocol.STOP, "executor 1 (h1) lost in round 2");
        gather(coordinator, 1);
        assertThat(join(coordinator, 1, 0)[4]).isEqualTo(2);
        assertThat(round(coordinator, 0, 2)[0]).as("a stale attempt's round").isEqualTo(Protocol.STOP);
        assertThat(record.states()).hasSize(2);
        Object[] states = coordinator.answer(Protocol.request(Protocol.STATES, 1L, 0, 0));
        assertThat(Protocol.states(states)).extracting(RoundState::round).containsExactly(0, 1);
        assertThat(Protocol.states(states)).extracting(RoundState::bytes).containsExactly(new byte[] {0}, new byte[] {1
        });
        round(coordinator, 1, 1);
        round(coordinator, 1, 2);
        record.tell(events);
        assertThat(events.heard)
                .containsExactly(
                        "started 0 with 2",
                        "round 0",
                        "round 1",
                        "retrying 1 from 2: executor 1 (h1) lost in round 2; attempt 1 goes on from round 2 (round 2"
                                + " repeated)",
                        "started 1 with 2",
                        "round 2");
        assertThat(coordinator.attempts()).isEqualTo(2);
    }

    @Test
    void twoRanksOnOneDeviceAreRefused() {
        Coordinator coordinator = coordinator(PATIENT);
        assertThat(hello(coordinator, 0, 1, "gpu 0 of h")).containsExactly(Protocol.OK);
        assertThat(hello(coordinator, 0, 1, "gpu 0 of h"))
                .as("the same rank again")
                .containsExactly(Protocol.OK);
        assertThat(record.failure()).isNull();
        hello(coordinator, 0, 0, "gpu 0 of h");
        assertThat(record.failure())
                .hasMessageContaining("ranks 0 and 1 would share gpu 0 of h")
                .hasMessageContaining("spark.task.resource.gpu.amount=1");
        assertThat(join(coordinator, 0, 0)[0]).isEqualTo(Protocol.STOP);
    }

    @Test
    void anotherAttemptMayTakeTheSameDevices() {
        Coordinator coordinator = coordinator(PATIENT);
        hello(coordinator, 0, 0, "gpu 0 of h");
        hello(coordinator, 0, 1, "gpu 1 of h");
        coordinator.executorLost("1", "killed");
        hello(coordinator, 1, 0, "gpu 1 of h");
        hello(coordinator, 1, 1, "gpu 0 of h");
        assertThat(record.failure()).isNull();
    }

    @Test
    void aWholeStateReplacesThoseBeforeIt() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        round(coordinator, 0, 0);
        RoundReport second = new RoundReport(1, 9, Map.of(), 100);
        coordinator.answer(Protocol.round(0, 0, second, new RoundState(1, new byte[] {9}, true)));
        round(coordinator, 0, 2);
        coordinator.executorLost("1", "killed");
        gather(coordinator, 1);
        Object[] go = join(coordinator, 1, 0);
        assertThat(go[4]).as("first round").isEqualTo(3);
        assertThat(go[5]).as("states").isEqualTo(2);
        List<RoundState> states = Protocol.states(coordinator.answer(Protocol.request(Protocol.STATES, 1L, 0, 0)));
        assertThat(states).extracting(RoundState::round).containsExactly(1, 2);
        assertThat(states).extracting(RoundState::isWhole).containsExactly(true, false);
        assertThat(states.get(0).bytes()).containsExactly(9);
        assertThat(record.reports()).hasSize(3);
    }

    @Test
    void ofProgressOnlyTheLatestIsTold() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        for (int step = 1; step <= 3; step++) {
            ProgressReport report = new ProgressReport(0, 9, step * 10, 100, Map.of("train-loss", 1.0 / step));
            assertThat(coordinator.answer(Protocol.progress(0, 0, report))).containsExactly(Protocol.OK);
        }
        record.tell(events);
        coordinator.answer(Protocol.progress(0, 0, new ProgressReport(0, 9, 40, 100, Map.of())));
        record.tell(events);
        assertThat(events.heard).containsExactly("started 0 with 2", "progress 30 of 100", "progress 40 of 100");
    }

    @Test
    void aSkippedRoundIsAnError() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        assertThatThrownBy(() -> round(coordinator, 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("round 1 was reported after round -1");
    }

    @Test
    void whoComesAfterTheEndReturnsAtOnce() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        done(coordinator, 0, 0);
        assertThat(beat(coordinator, 0, 1)).containsExactly(Protocol.OK);
        done(coordinator, 0, 1);
        assertThat(record.result()).containsExactly(7);
        assertThat(hello(coordinator, 1, 0)).containsExactly(Protocol.FINISHED);
    }

    @Test
    void aFatalErrorStopsEverybody() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        failed(coordinator, 0, 1, new InvalidTrainingDataException("column 'x'"));
        assertThat(record.failure())
                .isExactlyInstanceOf(InvalidTrainingDataException.class)
                .hasMessage("rank 1 (executor 1), round 3: column 'x'");
        assertThat(beat(coordinator, 0, 0)[0]).isEqualTo(Protocol.STOP);
        assertThat(hello(coordinator, 1, 0)[0]).isEqualTo(Protocol.STOP);
    }

    @Test
    void anotherErrorGetsASecondChanceButNoThird() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        failed(coordinator, 0, 1, new IllegalStateException("odd"));
        assertThat(record.failure()).isNull();
        gather(coordinator, 1);
        failed(coordinator, 1, 1, new IllegalStateException("odd"));
        assertThat(record.failure()).isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCauseIsToldRatherThanItsConsequence() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        failed(coordinator, 0, 0, new org.sparkmlext.collective.CollectiveException(1, "rank 1 closed"));
        coordinator.executorLost("1", "killed");
        gather(coordinator, 1);
        record.tell(events);
        assertThat(events.heard.get(1)).startsWith("retrying 1 from 0: executor 1 (h1) lost in round 0");
    }

    @Test
    void aMissedDeadlineNamesWhatIsMissing() {
        coordinator(new Deadlines(LONG, NONE, LONG, LONG, LONG, LONG)).check();
        assertThat(record.failure()).hasMessageContaining("no rank was started").hasMessageContaining("startTimeout");
    }

    @Test
    void ranksThatDoNotRegisterAreNamed() {
        Coordinator coordinator = coordinator(new Deadlines(LONG, LONG, LONG, NONE, LONG, LONG));
        hello(coordinator, 0, 0);
        join(coordinator, 0, 0);
        coordinator.check();
        assertThat(record.failure())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ranks [1] did not register")
                .hasMessageContaining("rank 0 on executor 0 (h0)");
    }

    @Test
    void aSilentRankIsNamedAndTheOthersStop() {
        Coordinator coordinator = coordinator(new Deadlines(LONG, LONG, LONG, LONG, NONE, NONE));
        gather(coordinator, 0);
        beat(coordinator, 0, 0);
        coordinator.check();
        assertThat(beat(coordinator, 0, 1)[1].toString())
                .contains("rank 0 (executor 0 (h0)) was silent")
                .contains("round 3");
        coordinator.check();
        assertThat(record.failure()).hasMessageContaining("did not give 2 slots for another attempt");
    }

    @Test
    void ranksWaitForACallbacksVerdictAndAllHearTheSameAlsoAfterALoss() {
        RunRecord decided = new RunRecord(2, null, true);
        Coordinator coordinator = Coordinator.ofBarrier(decided, 2, "2 workers", PATIENT);
        TrainingCallback callback = report -> report.round() == 1;
        gather(coordinator, 0);
        assertThat(verdict(coordinator, 0, 1, 0)).as("rank 1 is first").isEqualTo(Protocol.WAIT);
        round(coordinator, 0, 0);
        assertThat(verdict(coordinator, 0, 0, 0)).isEqualTo(Protocol.WAIT);
        decided.tell(callback);
        assertThat(verdict(coordinator, 0, 0, 0)).isEqualTo(Protocol.OK);
        assertThat(verdict(coordinator, 0, 1, 0)).isEqualTo(Protocol.OK);
        round(coordinator, 0, 1);
        decided.tell(callback);
        assertThat(verdict(coordinator, 0, 0, 1)).isEqualTo(Protocol.END);
        coordinator.executorLost("1", "killed");
        assertThat(verdict(coordinator, 0, 0, 1)).isEqualTo(Protocol.STOP);
        gather(coordinator, 1);
        assertThat(verdict(coordinator, 1, 1, 1)).isEqualTo(Protocol.END);
    }

    @Test
    void nobodyWaitsWhereNobodyMayEndTheRun() {
        Coordinator coordinator = coordinator(PATIENT);
        gather(coordinator, 0);
        assertThat(verdict(coordinator, 0, 0, 5)).isEqualTo(Protocol.OK);
    }

    private static Object verdict(Coordinator coordinator, long attempt, int rank, int round) {
        return coordinator.answer(Protocol.request(Protocol.VERDICT, attempt, rank, round))[0];
    }
}
