package org.sparkmlext.collective;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where the ranks of one JVM wait for each other. Every wait has a deadline and names who is missing. */
final class MeetingRoom {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Ranks of one machine mostly arrive within this of each other; to be woken takes as long again. */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final int size;
    private final CollectiveOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<BooleanSupplier> cancelled;
    private final @Nullable Operation[] entered;
    private final long[] meetings;
    private final long[] waitNanos;
    private final boolean[] left;
    private List<Operation> agreed = List.of();
    private int present;
    /** Written under the lock, read without it by those who spin. */
    private volatile long meeting;

    private final boolean canSpin;
    private @Nullable Failure failure;

    MeetingRoom(int size, CollectiveOptions options) {
        this.size = size;
        this.options = options;
        cancelled = new ArrayList<>(size);
        for (int rank = 0; rank < size; rank++) {
            cancelled.add(options.cancelled());
        }
        entered = new Operation[size];
        meetings = new long[size];
        waitNanos = new long[size];
        left = new boolean[size];
        canSpin = size <= Runtime.getRuntime().availableProcessors();
    }

    void pollCancelled(int rank, BooleanSupplier question) {
        lock.lock();
        try {
            cancelled.set(rank, question);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all ranks have entered the same operation and returns what each of them brought, by rank. */
    List<Operation> enter(int rank, Operation operation) {
        lock.lock();
        try {
            throwIfFailed(rank);
            if (left[rank]) {
                throw new Failure(rank, "the collective is closed", null).toException(rank, size);
            }
            if (Thread.currentThread().isInterrupted()) {
                fail(Failure.interrupted(rank));
                throwIfFailed(rank);
            }
            entered[rank] = operation;
            await(rank, options.opTimeout().toNanos());
            // The next agreement needs this rank too, so this one still stands.
            return agreed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all ranks have come to this point of the operation they are in. */
    void meet(int rank) {
        lock.lock();
        try {
            throwIfFailed(rank);
            await(rank, options.stallTimeout().toNanos());
        } finally {
            lock.unlock();
        }
    }

    /** Looks, without waiting, whether there is a failure or this rank is cancelled. */
    void look(int rank) {
        lock.lock();
        try {
            if (Thread.currentThread().isInterrupted()) {
                fail(Failure.interrupted(rank));
            }
            failIfCancelled(rank);
            throwIfFailed(rank);
        } finally {
            lock.unlock();
        }
    }

    private void failIfCancelled(int rank) {
        if (cancelled.get(rank).getAsBoolean()) {
            fail(Failure.of(rank, new CancellationException("its owner was cancelled")));
        }
    }

    /** The first failure wins; wakes everybody. */
    void fail(Failure first) {
        lock.lock();
        try {
            if (failure == null) {
                failure = first;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void leave(int rank) {
        lock.lock();
        try {
            left[rank] = true;
            entered[rank] = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long waitNanos(int rank) {
        lock.lock();
        try {
            return waitNanos[rank];
        } finally {
            lock.unlock();
        }
    }

    private void await(int rank, long limitNanos) {
        meetings[rank]++;
        present++;
        if (present == size) {
            present = 0;
            agreed = agree(rank);
            // Only who holds the lock writes it.
            long next = meeting + 1;
            meeting = next;
            changed.signalAll();
            return;
        }
        long start = System.nanoTime();
        long mine = meetings[rank];
        if (canSpin) {
            lock.unlock();
            try {
                spinUntil(mine, start + SPIN_NANOS);
            } finally {
                lock.lock();
            }
            throwIfFailed(rank);
        }
        while (meeting < mine) {
            pause(rank);
            throwIfFailed(rank);
            if (meeting >= mine) {
                break;
            }
            if (left[rank]) {
                fail(new Failure(rank, "it closed its collective during an operation", null));
            }
            failIfHopeless(rank, mine, System.nanoTime() - start, limitNanos);
            throwIfFailed(rank);
        }
        waitNanos[rank] += System.nanoTime() - start;
    }

    private void spinUntil(long wanted, long end) {
        while (meeting < wanted && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void pause(int rank) {
        try {
            boolean woken = changed.awaitNanos(POLL_NANOS) > 0;
            if (!woken) {
                failIfCancelled(rank);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            fail(Failure.interrupted(rank));
        } catch (RuntimeException thrown) {
            fail(Failure.of(rank, thrown));
        }
    }

    private void failIfHopeless(int rank, long mine, long waited, long limitNanos) {
        for (int other = 0; other < size; other++) {
            if (meetings[other] >= mine) {
                continue;
            }
            if (left[other]) {
                fail(new Failure(other, "it closed its collective while rank " + rank + " waited for it", null));
            } else if (waited >= limitNanos) {
                fail(new Failure(
                        other,
                        "it did not arrive within " + TimeUnit.NANOSECONDS.toMillis(limitNanos) + " ms in "
                                + entered[rank],
                        null));
            }
        }
    }

    private List<Operation> agree(int rank) {
        List<Operation> all = new ArrayList<>(size);
        for (int other = 0; other < size; other++) {
            Operation theirs = entered[other];
            if (theirs == null) {
                fail(new Failure(other, "it closed its collective while others were in an operation", null));
                throw failed(rank);
            }
            if (other > 0 && !theirs.matches(all.get(0))) {
                String reason = "ranks must call the same operations in the same order with the same lengths: rank "
                        + other + " called " + theirs + ", rank 0 called " + all.get(0);
                fail(new Failure(other, reason, null));
                throw failed(rank);
            }
            all.add(theirs);
        }
        return all;
    }

    private void throwIfFailed(int rank) {
        if (failure != null) {
            throw failed(rank);
        }
    }

    private CollectiveException failed(int rank) {
        Failure first = failure;
        if (first == null) {
            throw new IllegalStateException("asked for the failure of a collective that has not failed");
        }
        return first.toException(rank, size);
    }
}
