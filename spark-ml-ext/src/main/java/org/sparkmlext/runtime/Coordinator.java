package org.sparkmlext.runtime;

import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.runtime.Members.Member;
import org.sparkmlext.training.RoundState;

/**
 * Brings the ranks of an attempt together, keeps them in sight, and decides what their failures mean. Messages come from
 * RPC threads, losses from Spark's listener thread, {@link #check} from the driver's.
 *
 * <p>The first message of a higher attempt makes all lower ones stale: what they still send changes nothing, and they are
 * told to stop.
 */
final class Coordinator {

    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
    private static final long STATES_BYTES = 16L << 20;
    /** As Spark gives a stage up after {@code spark.stage.maxConsecutiveAttempts}. */
    private static final int MOST_FRUITLESS = 4;

    private final RunRecord record;
    private final String description;
    private final Deadlines deadlines;
    private final Members members;
    /** Where the tasks of ranks come one by one; null for a barrier stage, whose tasks start together. */
    private final @Nullable Roster roster;

    private final SlotWait wait;
    private final byte[] token = new byte[32];

    private long attempt = -1;
    private int attempts;
    private boolean isTogether;
    private int firstRound;
    private int numFruitless;
    private List<RoundState> firstStates = List.of();
    private long attemptNanos;
    /** Why the current attempt cannot go on, or empty as long as it can. */
    private String loss = "";

    private boolean lossIsCause;
    private @Nullable RankFailure lastSuspect;

    private Coordinator(
            RunRecord record,
            int numWorkers,
            String description,
            Deadlines deadlines,
            @Nullable Roster roster,
            String slotSettings) {
        this.record = record;
        this.description = description;
        this.deadlines = deadlines;
        this.members = new Members(numWorkers);
        this.roster = roster;
        this.wait = new SlotWait(record, numWorkers, deadlines, roster, slotSettings);
        new SecureRandom().nextBytes(token);
    }

    /** Of a barrier stage: an attempt is one of the stage's. */
    static Coordinator ofBarrier(RunRecord record, int numWorkers, String description, Deadlines deadlines) {
        return new Coordinator(record, numWorkers, description, deadlines, null, "");
    }

    /**
     * Of an ordinary stage: an attempt is a generation of its {@link Roster}.
     *
     * @param slotSettings what decides how many slots there can be, for people
     */
    static Coordinator ofOrdinary(
            RunRecord record, int numWorkers, String description, Deadlines deadlines, String slotSettings) {
        return new Coordinator(record, numWorkers, description, deadlines, new Roster(numWorkers), slotSettings);
    }

    /** Answers one message of {@link Protocol}. Never waits. */
    synchronized Object[] answer(Object[] message) {
        String kind = (String) message[0];
        long itsAttempt = (Long) message[1];
        int rank = (Integer) message[2];
        if (roster != null && kind.equals(Protocol.ENLIST)) {
            return enlist(roster, itsAttempt, rank, message);
        }
        if (itsAttempt < attempt) {
            return stop("attempt " + itsAttempt + " was given up: " + loss);
        }
        RuntimeException failure = record.failure();
        if (failure != null) {
            return stop(String.valueOf(failure.getMessage()));
        }
        if (isFinished()) {
            return new Object[] {Protocol.FINISHED};
        }
        if (itsAttempt > attempt) {
            begin(itsAttempt);
        }
        if (!loss.isEmpty()
                && (kind.equals(Protocol.HELLO)
                        || kind.equals(Protocol.JOIN)
                        || kind.equals(Protocol.VERDICT)
                        || kind.equals(Protocol.BEAT))) {
            // A survivor frees its slot at once; a round it has finished is still welcome.
            return stop(loss);
        }
        if (kind.equals(Protocol.HELLO)) {
            members.hello(rank, new Member((String) message[3], (String) message[4], (String) message[5]));
            refuseSharing(rank);
        }
        Member member = members.get(rank);
        if (member == null) {
            return stop("rank " + rank + " did not say hello in attempt " + itsAttempt);
        }
        member.heardNanos = System.nanoTime();
        return answer(kind, rank, member, message);
    }

    private Object[] answer(String kind, int rank, Member member, Object[] message) {
        switch (kind) {
            case Protocol.HELLO -> {
                return ok();
            }
            case Protocol.BEAT -> {
                member.phase = (String) message[3];
                return ok();
            }
            case Protocol.JOIN -> {
                member.listensAt((String) message[3], (Integer) message[4]);
                return join();
            }
            case Protocol.STATES -> {
                return Protocol.states(firstStates, (Integer) message[3], STATES_BYTES);
            }
            case Protocol.PROGRESS -> {
                record.progressed(Protocol.progress(message));
                return ok();
            }
            case Protocol.ROUND -> {
                record.roundFinished(Protocol.report(message), Protocol.state(message));
                return ok();
            }
            case Protocol.VERDICT -> {
                return new Object[] {
                    switch (record.verdict((Integer) message[3])) {
                        case WAIT -> Protocol.WAIT;
                        case GO_ON -> Protocol.OK;
                        case END -> Protocol.END;
                    }
                };
            }
            case Protocol.DONE -> {
                member.isDone = true;
                record.rankDone(rank, (String) message[3], (byte[]) message[4]);
                return ok();
            }
            case Protocol.FAILED -> {
                rankFailed(Protocol.failure(message));
                return ok();
            }
            default -> throw new IllegalArgumentException("unknown message '" + kind + "' from rank " + rank);
        }
    }

    /** A task of an ordinary stage is idle; the last one that was missing sends all off. */
    private Object[] enlist(Roster tasks, long stage, int rank, Object[] message) {
        RuntimeException failure = record.failure();
        if (failure != null) {
            return stop(String.valueOf(failure.getMessage()));
        }
        if (isFinished()) {
            return new Object[] {Protocol.FINISHED};
        }
        if (tasks.isNewer(stage) && attempt >= 0) {
            lose("Spark started the stage again", false);
        }
        if (attempt >= 0 && (Long) message[6] == attempt && !isDone(rank)) {
            // It has left the attempt, and its word of why did not get through.
            lose("rank " + rank + " left the attempt", false);
        }
        if (attempt < 0 && tasks.numPresent() == 0) {
            wait.begin();
        }
        Roster.Answer answer = tasks.enlist(
                stage,
                rank,
                (Long) message[3],
                (String) message[4],
                (String) message[5],
                (Long) message[6],
                System.nanoTime());
        if (answer == Roster.Answer.STALE) {
            return stop("Spark has given this task up, or started its stage again: another takes its place");
        }
        if (answer == Roster.Answer.WAIT && tasks.form()) {
            begin(tasks.generation());
            answer = record.failure() == null ? Roster.Answer.GO : answer;
        }
        return answer == Roster.Answer.GO
                ? new Object[] {Protocol.GO, tasks.generation()}
                : new Object[] {Protocol.WAIT};
    }

    private boolean isDone(int rank) {
        Member member = members.get(rank);
        return member != null && member.isDone;
    }

    private static Object[] ok() {
        return new Object[] {Protocol.OK};
    }

    private static Object[] stop(String why) {
        return new Object[] {Protocol.STOP, why};
    }

    private void begin(long next) {
        boolean isFruitless = attempt >= 0 && record.numRounds() == firstRound;
        numFruitless = isFruitless ? numFruitless + 1 : 0;
        firstRound = record.numRounds();
        firstStates = record.states();
        if (roster != null && numFruitless == MOST_FRUITLESS) {
            fail(
                    "regrouping",
                    MOST_FRUITLESS + " attempts in a row ended without a finished round; the last one: " + loss);
        }
        if (attempt >= 0) {
            String reason = (loss.isEmpty() ? "attempt " + (attempts - 1) + " was lost" : loss) + "; attempt "
                    + attempts + " goes on from round " + firstRound
                    + (isTogether ? " (round " + firstRound + " repeated)" : "");
            LOG.warn("{}", reason);
            record.retrying(attempts, firstRound, reason);
        }
        attempt = next;
        attempts++;
        isTogether = false;
        loss = "";
        lossIsCause = false;
        attemptNanos = System.nanoTime();
        members.clear();
    }

    private Object[] join() {
        if (!members.areTogether()) {
            return new Object[] {Protocol.WAIT};
        }
        if (!isTogether) {
            isTogether = true;
            String text = description + ": " + members.places(true);
            LOG.info("Attempt {} is together from round {}: {}", attempts - 1, firstRound, text);
            record.started(attempts - 1, text);
        }
        return new Object[] {
            Protocol.GO, token.clone(), members.hosts(), members.ports(), firstRound, firstStates.size()
        };
    }

    /** Two workers on one device would halve its memory and its speed, or fail in the middle. */
    private void refuseSharing(int rank) {
        int other = members.sharing(rank);
        if (other >= 0) {
            fail(
                    "the start",
                    "ranks " + Math.min(other, rank) + " and " + Math.max(other, rank) + " would share "
                            + members.device(rank) + ". Let Spark give each worker a device of its own:"
                            + " spark.executor.resource.gpu.amount, spark.task.resource.gpu.amount=1 and a discovery"
                            + " script, as in conf/spark-gpu.conf; standalone workers that share a host need a resources"
                            + " file each");
        }
    }

    private void rankFailed(RankFailure failure) {
        RankFailure suspect = lastSuspect;
        if (failure.kind() == RankFailure.Kind.FATAL) {
            record.fail(failure, null);
        } else if (failure.kind() == RankFailure.Kind.SUSPECT && suspect != null && suspect.isSameAs(failure)) {
            record.fail(failure.asFatal(), null);
        } else {
            LOG.warn("{}", failure.describe());
            if (failure.kind() == RankFailure.Kind.SUSPECT) {
                lastSuspect = failure;
            }
            lose(failure.describe(), failure.kind() == RankFailure.Kind.SUSPECT);
        }
    }

    /** Spark has lost an executor; if it hosted a rank, the attempt is over. */
    synchronized void executorLost(String executor, String why) {
        // A rank that is done is no loss: if Spark runs it again, it returns at once or goes on with the others.
        Member member = members.unfinishedOn(executor);
        int left = roster == null ? -1 : roster.executorLost(executor);
        if (member != null) {
            LOG.warn("Lost {}: {}", member.place, why);
            lose(member.place + " lost in " + (isTogether ? "round " + record.numRounds() : "the start"), true);
        } else if (left >= 0 && members.get(left) == null) {
            lose("rank " + left + " on executor " + executor + " lost in the start", true);
        }
    }

    /** A task of an ordinary stage has ended without a result; if it stood for a rank, the attempt is over. */
    synchronized void taskEnded(long task, String why) {
        int left = roster == null ? -1 : roster.taskEnded(task);
        if (left >= 0) {
            Member member = members.get(left);
            if (member == null || !member.isDone) {
                lose("the task of rank " + left + " ended: " + why, false);
            }
        }
    }

    /** A cause replaces a consequence; the first cause stays. */
    private void lose(String why, boolean isCause) {
        if (loss.isEmpty()) {
            wait.begin();
        }
        if (loss.isEmpty() || (isCause && !lossIsCause)) {
            loss = why;
            lossIsCause = isCause;
        }
    }

    /** Looks at the deadlines; a missed one fails the run. */
    synchronized void check() {
        long now = System.nanoTime();
        if (isFinished() || record.failure() != null) {
            return;
        }
        if (roster != null) {
            roster.strikeSilent(now, deadlines.silence().toNanos());
        }
        if (attempt < 0) {
            failIf("start", wait.checkStart(now));
        } else if (!loss.isEmpty()) {
            failIf("regrouping", wait.checkRegroup(now, loss));
        } else if (!isTogether) {
            if (now - attemptNanos > deadlines.gather().toNanos()) {
                fail(
                        "gathering",
                        "ranks " + members.missing() + " did not register within "
                                + deadlines.gather().toSeconds() + " s (spark.sparkmlext.gatherTimeout); there are: "
                                + members.places(false));
            }
        } else {
            checkSilence(now);
        }
    }

    /** A silent rank may be frozen: the others stop, and Spark finds out whether its executor lives. */
    private void checkSilence(long now) {
        int rank = members.silent(now, deadlines.silence().toNanos());
        Member member = rank < 0 ? null : members.get(rank);
        if (member != null) {
            lose(
                    "rank " + rank + " (" + member.place + ") was silent for "
                            + deadlines.silence().toSeconds() + " s (spark.sparkmlext.silenceTimeout) in "
                            + member.phase,
                    true);
        }
    }

    private void failIf(String phase, @Nullable String problem) {
        if (problem != null) {
            fail(phase, problem);
        }
    }

    private void fail(String phase, String text) {
        record.fail(
                new RankFailure(
                        RankFailure.NO_RANK,
                        "driver",
                        phase,
                        IllegalStateException.class.getName(),
                        text,
                        "",
                        RankFailure.Kind.FATAL),
                null);
    }

    private boolean isFinished() {
        return members.areDone() && record.result() != null;
    }

    /** Whether all ranks of the current attempt are there and none is lost. */
    synchronized boolean isWhole() {
        return isTogether && loss.isEmpty();
    }

    /** Attempts so far. */
    synchronized int attempts() {
        return attempts;
    }

    /** The last error of an algorithm that was given another chance, or null. */
    synchronized @Nullable RankFailure lastSuspect() {
        return lastSuspect;
    }
}
