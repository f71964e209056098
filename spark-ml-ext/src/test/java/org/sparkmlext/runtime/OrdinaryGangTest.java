package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;

/** The coordinator of ranks whose tasks come one by one. Task n runs on executor n. */
class OrdinaryGangTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration NONE = Duration.ZERO;
    private static final Deadlines PATIENT = new Deadlines(LONG, LONG, LONG, LONG, LONG, LONG);
    private static final String SETTINGS = "at most 2 executors";

    private final RunRecord record = new RunRecord(2);
    private final Events events = new Events();
    private Coordinator coordinator = coordinator(PATIENT);

    private Coordinator coordinator(Deadlines deadlines) {
        return Coordinator.ofOrdinary(record, 2, "2 workers", deadlines, SETTINGS);
    }

    private Object[] enlist(long stage, int rank, long task, long last) {
        return coordinator.answer(Protocol.request(
                Protocol.ENLIST, stage, rank, task, Long.toString(task), "executor " + task + " (h)", last));
    }

    private Object[] say(String kind, long attempt, int rank, Object... rest) {
        return coordinator.answer(Protocol.request(kind, attempt, rank, rest));
    }

    private Object[] hello(long attempt, int rank, long task) {
        return say(Protocol.HELLO, attempt, rank, "executor " + task + " (h)", Long.toString(task), "");
    }

    private Object[] join(long attempt, int rank) {
        return say(Protocol.JOIN, attempt, rank, "h", 4000 + rank);
    }

    private Object[] beat(long attempt, int rank) {
        return say(Protocol.BEAT, attempt, rank, "round 1");
    }

    private Object[] done(long attempt, int rank) {
        return say(Protocol.DONE, attempt, rank, "cpu", new byte[] {7});
    }

    private Object[] failed(long attempt, int rank, Throwable thrown) {
        return coordinator.answer(
                Protocol.failed(attempt, RankFailure.of(rank, "executor " + rank, "round 1", false, thrown)));
    }

    private void round(long attempt, int round) {
        coordinator.answer(Protocol.round(
                attempt, 0, new RoundReport(round, 9, Map.of("loss", 0.5), 100), new RoundState(round, new byte[] {
                    (byte) round
                })));
    }

    /** Both ranks train in attempt 0: task 10 is rank 0, task 11 rank 1. */
    private void gather() {
        assertThat(enlist(0, 0, 10, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 0, 10, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 1, 11, Roster.NONE)).containsExactly(Protocol.GO, 0L);
        assertThat(enlist(0, 0, 10, Roster.NONE)).containsExactly(Protocol.GO, 0L);
        train(0, 10, 11);
    }

    private void train(long attempt, long task0, long task1) {
        assertThat(hello(attempt, 0, task0)).containsExactly(Protocol.OK);
        assertThat(hello(attempt, 1, task1)).containsExactly(Protocol.OK);
        join(attempt, 0);
        assertThat(join(attempt, 1)[0]).isEqualTo(Protocol.GO);
    }

    @Test
    void aSurvivorKeepsItsSlotAndGoesOnWithTheTaskThatTakesTheLostOnesPlace() {
        gather();
        assertThat(coordinator.isWhole()).isTrue();
        round(0, 0);
        coordinator.taskEnded(11, "ExecutorLostFailure");
        coordinator.executorLost("11", "killed");
        assertThat(coordinator.isWhole()).isFalse();
        assertThat(beat(0, 0)).containsExactly(Protocol.STOP, "executor 11 (h) lost in round 1");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.GO, 1L);
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.GO, 1L);
        train(1, 10, 12);
        assertThat(join(1, 0)[4]).as("first round").isEqualTo(1);
        record.tell(events);
        assertThat(events.heard)
                .containsExactly(
                        "started 0 with 2",
                        "round 0",
                        "retrying 1 from 1: executor 11 (h) lost in round 1; attempt 1 goes on from round 1 (round 1"
                                + " repeated)",
                        "started 1 with 2");
    }

    @Test
    void nobodyIsSentOffAgainWhileAnotherStillTrains() {
        gather();
        coordinator.taskEnded(11, "ExecutorLostFailure");
        assertThat(enlist(0, 1, 12, Roster.NONE)).as("rank 0 has not noticed").containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.GO, 1L);
    }

    @Test
    void aSecondTaskOfARankStandsByUntilTheFirstIsGone() {
        gather();
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(beat(0, 1)).as("the first goes on").containsExactly(Protocol.OK);
        coordinator.taskEnded(12, "TaskKilled (another attempt succeeded)");
        assertThat(beat(0, 1)).as("the second's end is no loss").containsExactly(Protocol.OK);
        assertThat(enlist(0, 1, 13, Roster.NONE)).containsExactly(Protocol.WAIT);
        coordinator.taskEnded(11, "ExecutorLostFailure");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 1, 13, Roster.NONE)).containsExactly(Protocol.GO, 1L);
    }

    @Test
    void aSecondTaskReturnsWhenTheRunHasItsResult() {
        gather();
        enlist(0, 1, 12, Roster.NONE);
        done(0, 0);
        done(0, 1);
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.FINISHED);
    }

    @Test
    void aHigherStageAttemptMakesTheTasksOfLowerOnesFail() {
        gather();
        coordinator.taskEnded(11, "FetchFailed");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.WAIT);
        assertThat(enlist(1, 0, 20, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 0, 10, 0)[0]).as("its slot is needed").isEqualTo(Protocol.STOP);
        assertThat(enlist(1, 1, 21, Roster.NONE)).containsExactly(Protocol.GO, 1L);
        assertThat(enlist(1, 0, 20, Roster.NONE)).containsExactly(Protocol.GO, 1L);
        coordinator.taskEnded(10, "rank 0 stops");
        train(1, 20, 21);
        assertThat(coordinator.isWhole()).isTrue();
    }

    @Test
    void aHigherStageAttemptEndsARunningOne() {
        gather();
        assertThat(enlist(1, 1, 21, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(beat(0, 0)).containsExactly(Protocol.STOP, "Spark started the stage again");
        assertThat(enlist(0, 0, 10, 0)[0]).isEqualTo(Protocol.STOP);
    }

    @Test
    void whoIsDoneWaitsForTheOthersAndTrainsAgainIfOneOfThemIsLost() {
        gather();
        round(0, 0);
        done(0, 0);
        assertThat(enlist(0, 0, 10, 0)).as("rank 1 is not done").containsExactly(Protocol.WAIT);
        coordinator.executorLost("11", "killed");
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.GO, 1L);
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.GO, 1L);
        train(1, 10, 12);
        done(1, 0);
        done(1, 1);
        assertThat(enlist(0, 0, 10, 1)).containsExactly(Protocol.FINISHED);
        assertThat(enlist(0, 1, 12, 1)).containsExactly(Protocol.FINISHED);
        assertThat(record.result()).containsExactly(7);
    }

    @Test
    void theLossOfARankThatIsDoneDoesNotStopTheOthers() {
        gather();
        done(0, 1);
        enlist(0, 1, 11, 0);
        coordinator.executorLost("11", "killed");
        assertThat(beat(0, 0)).containsExactly(Protocol.OK);
        done(0, 0);
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.FINISHED);
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.FINISHED);
    }

    @Test
    void aTaskThatDiesBeforeItSaysHelloIsALossToo() {
        enlist(0, 0, 10, Roster.NONE);
        enlist(0, 1, 11, Roster.NONE);
        enlist(0, 0, 10, Roster.NONE);
        hello(0, 0, 10);
        coordinator.executorLost("11", "killed");
        assertThat(join(0, 0)).containsExactly(Protocol.STOP, "rank 1 on executor 11 lost in the start");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 1, 12, Roster.NONE)).containsExactly(Protocol.GO, 1L);
    }

    @Test
    void aTaskThatDiesWhileItWaitsIsReplaced() {
        enlist(0, 0, 10, Roster.NONE);
        coordinator.executorLost("10", "killed");
        assertThat(enlist(0, 1, 11, Roster.NONE)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 0, 12, Roster.NONE)).containsExactly(Protocol.GO, 0L);
        assertThat(coordinator.attempts()).isEqualTo(1);
    }

    @Test
    void aTaskThatSparkHasGivenUpButThatLivesOnGetsNoPlaceAgain() {
        gather();
        coordinator.executorLost("11", "no heartbeat");
        coordinator.taskEnded(12, "ExecutorLostFailure");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.WAIT);
        assertThat(enlist(0, 1, 11, 0)[0]).isEqualTo(Protocol.STOP);
        assertThat(enlist(0, 1, 12, Roster.NONE)[0]).isEqualTo(Protocol.STOP);
        assertThat(enlist(0, 1, 13, Roster.NONE)).containsExactly(Protocol.GO, 1L);
    }

    @Test
    void aTaskThatComesBackWithoutAWordHasLeftItsAttempt() {
        gather();
        assertThat(enlist(0, 1, 11, 0)).containsExactly(Protocol.WAIT);
        assertThat(beat(0, 0)).containsExactly(Protocol.STOP, "rank 1 left the attempt");
        assertThat(enlist(0, 0, 10, 0)).containsExactly(Protocol.GO, 1L);
    }

    @Test
    void aFatalErrorStopsEverybody() {
        gather();
        failed(0, 1, new InvalidTrainingDataException("column 'x'"));
        assertThat(enlist(0, 0, 10, 0)[0]).isEqualTo(Protocol.STOP);
        assertThat(enlist(0, 1, 12, Roster.NONE)[0]).isEqualTo(Protocol.STOP);
        assertThat(record.failure()).isExactlyInstanceOf(InvalidTrainingDataException.class);
    }

    @Test
    void attemptsThatBringNothingComeToAnEnd() {
        gather();
        for (long attempt = 0; attempt < 4; attempt++) {
            assertThat(record.failure()).isNull();
            failed(attempt, 0, new CollectiveException(1, "rank 1 closed"));
            enlist(0, 0, 10, attempt);
            enlist(0, 1, 11, attempt);
            enlist(0, 0, 10, attempt);
            hello(attempt + 1, 0, 10);
        }
        assertThat(record.failure())
                .hasMessageContaining("4 attempts in a row ended without a finished round")
                .hasMessageContaining("rank 1 closed");
    }

    @Test
    void tooFewSlotsEndTheRunWithTheSettings() {
        coordinator = coordinator(new Deadlines(LONG, LONG, NONE, LONG, LONG, LONG));
        coordinator.check();
        assertThat(record.failure()).as("nobody has a slot yet").isNull();
        enlist(0, 1, 11, Roster.NONE);
        coordinator.check();
        assertThat(record.failure())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only 1 of 2 workers got a slot within 0 s (spark.sparkmlext.slotsTimeout)")
                .hasMessageContaining("there are: rank 1 on executor 11 (h). Spark may have at most 2 executors")
                .hasMessageContaining("Lower numWorkers")
                .hasMessageContaining("spark.dynamicAllocation.maxExecutors");
    }

    @Test
    void theWaitIsToldOfEveryFewSeconds() {
        Roster roster = new Roster(2);
        SlotWait wait = new SlotWait(record, 2, PATIENT, roster, SETTINGS);
        roster.enlist(0, 0, 10, "10", "executor 10 (h)", Roster.NONE, System.nanoTime());
        long second = 1_000_000_000L;
        long now = System.nanoTime();
        for (int seconds = 1; seconds <= 12; seconds++) {
            assertThat(wait.checkStart(now + seconds * second)).isNull();
        }
        record.tell(events);
        assertThat(events.heard).hasSize(2);
        assertThat(List.copyOf(events.heard).get(0))
                .matches(
                        "waiting: training waits since [56] s for slots: 1 of 2 workers are there \\(rank 0 on executor"
                                + " 10 \\(h\\)\\); it gives up after 3600 s \\(spark.sparkmlext.slotsTimeout\\)");
        assertThat(wait.checkStart(now + 3601 * second)).contains("only 1 of 2 workers got a slot within 3600 s");
    }

    @Test
    void aSilentTaskThatWaitsIsStruckOff() {
        Roster roster = new Roster(2);
        roster.enlist(0, 0, 10, "10", "executor 10 (h)", Roster.NONE, 0);
        roster.strikeSilent(5, 5);
        assertThat(roster.numPresent()).isEqualTo(1);
        roster.strikeSilent(6, 5);
        assertThat(roster.numPresent()).isZero();
    }
}
