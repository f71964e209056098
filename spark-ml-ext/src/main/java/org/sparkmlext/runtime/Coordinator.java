package org.sparkmlext.runtime;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final long REMIND_NANOS = Duration.ofSeconds(30).toNanos();

    /** One rank of the current attempt. */
    private static final class Member {
        final String place;
        final String executor;
        final String device;
        String phase = "start";
        String host = "";
        int port;
        long heardNanos;
        boolean isDone;

        Member(String place, String executor, String device) {
            this.place = place;
            this.executor = executor;
            this.device = device;
        }
    }

    private final RunRecord record;
    private final String description;
    private final Deadlines deadlines;
    private final @Nullable Member[] members;
    private final byte[] token = new byte[32];

    private long attempt = -1;
    private int attempts;
    private boolean isTogether;
    private int firstRound;
    private List<RoundState> firstStates = List.of();
    private long attemptNanos;
    private long waitingSince = System.nanoTime();
    private long remindedNanos = System.nanoTime();
    /** Why the current attempt cannot go on, or empty as long as it can. */
    private String loss = "";

    private boolean lossIsCause;
    private @Nullable RankFailure lastSuspect;

    Coordinator(RunRecord record, int numWorkers, String description, Deadlines deadlines) {
        this.record = record;
        this.description = description;
        this.deadlines = deadlines;
        this.members = new Member[numWorkers];
        new SecureRandom().nextBytes(token);
    }

    /** Answers one message of {@link Protocol}. Never waits. */
    synchronized Object[] answer(Object[] message) {
        String kind = (String) message[0];
        long itsAttempt = (Long) message[1];
        int rank = (Integer) message[2];
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
            members[rank] = new Member((String) message[3], (String) message[4], (String) message[5]);
            refuseSharing(rank);
        }
        Member member = members[rank];
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
                member.host = (String) message[3];
                member.port = (Integer) message[4];
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

    private static Object[] ok() {
        return new Object[] {Protocol.OK};
    }

    private static Object[] stop(String why) {
        return new Object[] {Protocol.STOP, why};
    }

    private void begin(long next) {
        firstRound = record.numRounds();
        firstStates = record.states();
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
        java.util.Arrays.fill(members, null);
    }

    private Object[] join() {
        for (Member member : members) {
            if (member == null || member.host.isEmpty()) {
                return new Object[] {Protocol.WAIT};
            }
        }
        if (!isTogether) {
            isTogether = true;
            String text = description + ": " + places(true);
            LOG.info("Attempt {} is together from round {}: {}", attempts - 1, firstRound, text);
            record.started(attempts - 1, text);
        }
        String[] hosts = new String[members.length];
        int[] ports = new int[members.length];
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member != null) {
                hosts[r] = member.host;
                ports[r] = member.port;
            }
        }
        return new Object[] {Protocol.GO, token.clone(), hosts, ports, firstRound, firstStates.size()};
    }

    /** Two workers on one device would halve its memory and its speed, or fail in the middle. */
    private void refuseSharing(int rank) {
        Member own = members[rank];
        for (int r = 0; r < members.length; r++) {
            Member other = members[r];
            if (r != rank && own != null && other != null && !own.device.isEmpty() && own.device.equals(other.device)) {
                fail(
                        "the start",
                        "ranks " + Math.min(r, rank) + " and " + Math.max(r, rank) + " would share " + own.device
                                + ". Let Spark give each worker a device of its own:"
                                + " spark.executor.resource.gpu.amount, spark.task.resource.gpu.amount=1 and a discovery"
                                + " script, as in conf/spark-gpu.conf; standalone workers that share a host need a resources"
                                + " file each");
            }
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
        for (Member member : members) {
            // A rank that is done is no loss: if Spark runs it again, it returns at once or goes on with the others.
            if (member != null && member.executor.equals(executor) && !member.isDone) {
                LOG.warn("Lost {}: {}", member.place, why);
                lose(member.place + " lost in " + (isTogether ? "round " + record.numRounds() : "the start"), true);
                return;
            }
        }
    }

    /** A cause replaces a consequence; the first cause stays. */
    private void lose(String why, boolean isCause) {
        if (loss.isEmpty()) {
            waitingSince = System.nanoTime();
            remindedNanos = waitingSince;
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
        if (attempt < 0) {
            remind(now, "no rank runs yet; other jobs may hold the slots");
            if (now - waitingSince > deadlines.start().toNanos()) {
                fail(
                        "start",
                        "no rank was started within " + deadlines.start().toSeconds()
                                + " s (spark.sparkmlext.startTimeout): the cluster did not give " + members.length
                                + " slots at once");
            }
        } else if (!loss.isEmpty()) {
            remind(now, "waiting for " + members.length + " slots for the next attempt after: " + loss);
            if (now - waitingSince > deadlines.regroup().toNanos()) {
                fail(
                        "regrouping",
                        loss + "; the cluster did not give " + members.length + " slots for another attempt within "
                                + deadlines.regroup().toSeconds() + " s (spark.sparkmlext.regroupTimeout)");
            }
        } else if (!isTogether) {
            if (now - attemptNanos > deadlines.gather().toNanos()) {
                fail(
                        "gathering",
                        "ranks " + missing() + " did not register within "
                                + deadlines.gather().toSeconds() + " s (spark.sparkmlext.gatherTimeout); there are: "
                                + places(false));
            }
        } else {
            checkSilence(now);
        }
    }

    /** A silent rank may be frozen: the others stop, and Spark finds out whether its executor lives. */
    private void checkSilence(long now) {
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member != null
                    && !member.isDone
                    && now - member.heardNanos > deadlines.silence().toNanos()) {
                lose(
                        "rank " + r + " (" + member.place + ") was silent for "
                                + deadlines.silence().toSeconds() + " s (spark.sparkmlext.silenceTimeout) in "
                                + member.phase,
                        true);
                return;
            }
        }
    }

    private void remind(long now, String text) {
        if (now - remindedNanos > REMIND_NANOS) {
            remindedNanos = now;
            LOG.warn("Training waits since {} s: {}", (now - waitingSince) / 1_000_000_000L, text);
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

    private List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member == null || member.host.isEmpty()) {
                missing.add(r);
            }
        }
        return missing;
    }

    private String places(boolean withPorts) {
        List<String> places = new ArrayList<>();
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member != null) {
                places.add("rank " + r + " on " + member.place
                        + (withPorts ? " port " + member.port : " in " + member.phase));
            }
        }
        return String.join(", ", places);
    }

    private boolean isFinished() {
        for (Member member : members) {
            if (member == null || !member.isDone) {
                return false;
            }
        }
        return record.result() != null;
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
