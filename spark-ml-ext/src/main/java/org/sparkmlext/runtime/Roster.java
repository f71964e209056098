package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which task stands for which rank, where tasks get their slots one by one: those of an ordinary stage. When there is one for every
 * rank and all are idle, they are sent off together as the next generation, which is an attempt of the {@link Coordinator}. A task outlives
 * its generation: it keeps its slot and comes back.
 *
 * <p>Of two tasks of one rank (speculation, a retry while the first may live) the second stands by until the first is gone. The first
 * task of a higher stage attempt makes those of lower ones stale: Spark runs all their ranks again, and needs their slots to do so.
 *
 * <p>Not thread-safe.
 */
final class Roster {

    /** Of no generation. */
    static final long NONE = -1;

    /** What a task is told. */
    enum Answer {
        /** Ask again: others are missing, or another task stands for the rank. */
        WAIT,
        /** Take part in the current generation. */
        GO,
        /** The stage attempt, or for Spark the task itself, is over for good: fail. */
        STALE
    }

    /** A task that stands for a rank. */
    private static final class Holder {
        final long task;
        final String executor;
        final String place;
        /** The last generation it was sent off with. */
        long sent = NONE;

        boolean isIdle;
        long heardNanos;

        Holder(long task, String executor, String place) {
            this.task = task;
            this.executor = executor;
            this.place = place;
        }
    }

    private final @Nullable Holder[] holders;
    /** A process that Spark has given up may live on and ask; Spark tells once of each task and executor, and uses no number again. */
    private final Set<Long> endedTasks = new HashSet<>();

    private final Set<String> lostExecutors = new HashSet<>();
    private long stage = NONE;
    private long generation = NONE;

    Roster(int numRanks) {
        holders = new Holder[numRanks];
    }

    /** Whether a task of this stage attempt makes those of another stale. */
    boolean isNewer(long itsStage) {
        return stage != NONE && itsStage > stage;
    }

    /**
     * A task reports, idle.
     *
     * @param itsStage number of its stage attempt, rising over all jobs of the run
     * @param task Spark's number of the task
     * @param last the last generation it took part in, or {@link #NONE}
     */
    Answer enlist(long itsStage, int rank, long task, String executor, String place, long last, long now) {
        if (itsStage < stage || endedTasks.contains(task) || lostExecutors.contains(executor)) {
            return Answer.STALE;
        }
        if (itsStage > stage) {
            stage = itsStage;
            Arrays.fill(holders, null);
        }
        Holder holder = holders[rank];
        if (holder == null) {
            holder = new Holder(task, executor, place);
            holders[rank] = holder;
        }
        if (holder.task != task) {
            return Answer.WAIT;
        }
        holder.heardNanos = now;
        if (last < holder.sent) {
            // It was sent off, and the answer did not reach it or it asks for the first time since.
            return Answer.GO;
        }
        holder.isIdle = true;
        return Answer.WAIT;
    }

    /** Sends all off if all are here; returns whether they were. */
    boolean form() {
        for (Holder holder : holders) {
            if (holder == null || !holder.isIdle) {
                return false;
            }
        }
        generation++;
        for (Holder holder : holders) {
            if (holder != null) {
                holder.sent = generation;
                holder.isIdle = false;
            }
        }
        return true;
    }

    long generation() {
        return generation;
    }

    /** A task has ended without a result. Returns the rank that it leaves in the middle of the current generation, or -1. */
    int taskEnded(long task) {
        endedTasks.add(task);
        return strike(holder -> holder.task == task);
    }

    /** All tasks of an executor have ended. Returns a rank that leaves in the middle of the current generation, or -1. */
    int executorLost(String executor) {
        lostExecutors.add(executor);
        return strike(holder -> holder.executor.equals(executor));
    }

    private int strike(Predicate<Holder> isGone) {
        int left = -1;
        for (int rank = 0; rank < holders.length; rank++) {
            Holder holder = holders[rank];
            if (holder != null && isGone.test(holder)) {
                holders[rank] = null;
                left = holder.isIdle ? left : rank;
            }
        }
        return left;
    }

    /** Strikes off idle tasks that have not reported for so long. */
    void strikeSilent(long now, long mostNanos) {
        strike(holder -> holder.isIdle && now - holder.heardNanos > mostNanos);
    }

    /** Ranks for which a task is there. */
    int numPresent() {
        return (int) Arrays.stream(holders).filter(holder -> holder != null).count();
    }

    /** Who is there, for people. */
    String present() {
        List<String> places = new ArrayList<>();
        for (int rank = 0; rank < holders.length; rank++) {
            Holder holder = holders[rank];
            if (holder != null) {
                places.add("rank " + rank + " on " + holder.place);
            }
        }
        return places.isEmpty() ? "nobody" : String.join(", ", places);
    }
}
